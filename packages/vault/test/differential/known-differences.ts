import type { Difference } from "./compare.ts";

/** Differences that stay, each with its reason. What is not named fits everything. */
interface KnownDifference {
  readonly section?: RegExp;
  readonly request?: RegExp;
  readonly where?: RegExp;
  readonly ours?: RegExp;
  readonly reference?: RegExp;
  /** This server does what the reference refuses. Where it is not said, no such difference is explained. */
  readonly accepts?: true;
  readonly reason: string;
}

export const knownDifferences: readonly KnownDifference[] = [
  // One's own name, version and storage.
  {
    where:
      /^(data\.)?(version|running_plugin_version|cluster_name|storage_type|build_date|commit_date)$/,
    section: /^(sys|policies: access|kv v1)/,
    reason: "name, version and storage are each server's own",
  },
  {
    ours: /Vault's server log|using the Vault CLI/,
    reason: "the texts name Vault and its command line",
  },
  // What Vault has and OpenBao took out or never had.
  {
    request: /^GET sys\/(health|leader)/,
    where: /performance_standby|^(active_time|is_self|leader_address|leader_cluster_address)$/,
    reason: "Vault answers these fields, OpenBao does not",
  },
  {
    request: /^POST sys\/(renew|revoke)/,
    ours: /lease not found|^204$/,
    reference: /^404 .*unsupported path/,
    accepts: true,
    reason: "Vault still has the older paths of leases, OpenBao does not",
  },
  // What OpenBao has and Vault does not.
  {
    where:
      /^data\.(current_metadata_version|metadata_cas_required|token_strictly_bind_ip|not_before|not_before_bound|not_after_bound|allowed_ip_sans_cidr|allow_globs_in_identity_templates|delta_crl_distribution_points)$/,
    ours: /absent/,
    reason: "a field of OpenBao alone",
  },
  {
    where:
      /^(data\.)?(allow_slashes_in_identity_templates|allow_wildcards_in_identity_templates|cas_required|modified|version)$/,
    request: /sys\/polic/,
    ours: /absent/,
    reason: "OpenBao keeps versions of policies, Vault does not",
  },
  {
    request: /^(SCAN|.*\[\\"scan\\"\]|.*expiration = )/,
    ours: /^405|invalid capability|invalid key/,
    reason: "a method, capability or key of OpenBao alone",
  },
  {
    section: /^policies: texts/,
    where: /^data\.policy$/,
    request: /^GET sys\/policies\/acl\/diff-text$/,
    reason: "what was refused before is not what is read afterwards",
  },
  {
    where: /^data\.(path|issuer_id)$/,
    request: /^POST sys\/leases\/lookup|^GET diff-pki-int\/cert\//,
    ours: /absent/,
    reason: "a field of OpenBao alone, in this answer",
  },
  {
    where: /^headers\.x-vault-namespace$/,
    ours: /absent/,
    reason: "a server without namespaces ignores the header, as Vault's free edition does",
  },
  {
    request: /X-Vault-Namespace|^GET diff-path\/a$/,
    reference: /namespace not found/,
    accepts: true,
    reason: "a server without namespaces ignores the header, as Vault's free edition does",
  },
  {
    request: /^(LIST sys\/polic|GET sys\/polic\S+\?list=true)/,
    ours: /^405/,
    reference: /^(404|200)/,
    reason: "OpenBao lists policies by folder",
  },
  {
    request: /diff-pki\/config\/cluster/,
    ours: /^404 .*unsupported path/,
    reason: "templates of addresses are not supported",
  },
  // Later parts of this server.
  {
    where: /^data\.auto_rebuild$/,
    ours: /^false$/,
    reason: "a setting of PKI that is not supported keeps its first value",
  },
  { where: /^(auth|data)\.entity_id$/, ours: /^""$/, reason: "identities are not built yet" },
  {
    request:
      /sys\/(host-info|internal\/ui\/resultant-acl|leases\/count)|ocsp\/|auto-tidy|tidy-status|root\/rotate|sign-self-issued|generate\/existing|config\/ca |import\/bundle|keys\/(generate|import)|key\/made|certs\/(unified|revocation)/,
    ours: /unsupported path|unsupported operation|absent|"exported\\" path|unable to find/,
    reason: "not built yet; answered as Vault answers paths that it does not have",
  },
  {
    ours: /is not supported by this server|are not supported by this server|ocsp_disable can't be false/,
    reason: "a setting that would change nothing is refused, not taken with a made-up success",
  },
  { where: /ocsp_(disable|expiry)$/, ours: /^(true|"12h")$/, reason: "there is no OCSP responder" },
  {
    where: /^warnings$/,
    ours: /unrecognized parameters: \[ocsp_expiry\]/,
    reason: "there is no OCSP responder",
  },
  {
    where:
      /^data\.(enable_templating|allowed_other_sans|allowed_user_ids|allowed_serial_numbers|policy_identifiers|signature_bits|use_pss|cn_validations|generate_lease|revocation_signature_algorithm)$/,
    ours: /absent|^""$|^0$/,
    reason: "a setting of PKI that is not supported keeps its first value",
  },
  {
    where: /^warnings$/,
    reference:
      /roles reference|Deleted issuer|key_type and key_bits ignored|common_name field was provided|authority information access|generate_lease|no tidy operations were set|to version 0|TTL of/,
    reason: "warnings that only advise are fewer, or shorter",
  },
  { where: /^(data\.)?encryptions$/, reason: "encryptions are not counted" },
  { where: /^auth\.num_uses$/, request: /renew/, reason: "a renewal tells the uses that are left" },
  // Seen by asking every path in every way, and with parameters of every type.
  {
    request: /^HEAD /,
    ours: /^405/,
    reference: /^[45]/,
    reason: "HEAD is refused before anything else is looked at, but of sys/health",
  },
  {
    request: /^(LIST|GET) sys\/(health|seal-status|leader|init)/,
    ours: /^40[34]/,
    reference: /^(405|200)/,
    reason: "what is answered without a token is never a list",
  },
  {
    request: /^PATCH sys\/policies/,
    ours: /^405/,
    reason: "a method, capability or key of OpenBao alone",
  },
  {
    request: /^(POST|PUT) cubbyhole( |$)/,
    ours: /^403/,
    reference: /missing data fields/,
    reason: "a policy for cubbyhole/* says nothing of the mount itself",
  },
  {
    section: /^every method/,
    ours: /^40[345] |^\["1 error occurred|^\[\]$/,
    reference: /^40[45]|unsupported path|^\[\]$/,
    reason: "the same refusal, told in other words",
  },
  {
    section: /^parameters of every type/,
    request: /^POST (auth\/token\/(lookup|renew|revoke)|sys\/capabilities|sys\/leases\/\w+) /,
    reference: /"invalid token"|no token found|"invalid lease ID"/,
    accepts: true,
    reason: "OpenBao looks at whether a token or a lease is text before anything else",
  },
  {
    section: /^parameters of every type/,
    request: /:null[,}]/,
    where: /^(status|auth\.renewable|data\..*)$/,
    accepts: true,
    reason: "null counts as not given",
  },
  {
    section: /^parameters of every type/,
    where: /^(errors|status)$/,
    ours: /missing token ID|no token found|"1 error occurred:\\n\\t\* invalid token/,
    reference: /Field validation failed|paths must be supplied/,
    reason: "the same refusal, told in other words",
  },
  {
    section: /^parameters of every type/,
    request: /\[1,null\]/,
    where: /^data\./,
    reason: "what is empty in a list is left out",
  },
  {
    request: /"alt_names":-1/,
    ours: /not allowed by this role/,
    reason: "a name that begins with a hyphen is no host name",
  },
  {
    section: /^parameters of every type/,
    request: /"serial_number":(7|-1|true)/,
    where: /^errors$/,
    reason: "a serial number is told in its own form, of whole bytes",
  },
  // Stricter on purpose.
  {
    section: /^sys: paths/,
    ours: /path contains|relative paths|malformed path|^application\/json$/,
    reference: /^307$|^null$|^text\/plain|400 Bad Request|^$/,
    reason: "paths that are not clean are refused in JSON; OpenBao redirects or has no body",
  },
  {
    section: /^sys: paths/,
    where: /^headers\./,
    ours: /^"(no-store|max-age=31536000; includeSubDomains)"$/,
    reason: "a refusal of a path has the headers of every answer",
  },
  {
    request: /^[A-Z]+ sys(\?| |$)/,
    ours: /^40[345]/,
    reference: /^307$/,
    reason: "no redirect to the same path with a slash",
  },
  {
    request: /\{"b":2\}/,
    ours: /is not one JSON document/,
    reason: "what follows the JSON document is refused, as Vault's documentation has it",
  },
  {
    section: /^sys: request bodies/,
    request: /^GET diff-body/,
    ours: /^404 \[\]$|^"\\ud800"$/,
    reason: "follows from the body above, or a lone surrogate that is given back as it came",
  },
  {
    ours: /is not one JSON document/,
    reason: "what the JSON parser says would quote the body, which may be secret",
  },
  {
    request: /login/,
    ours: /^403/,
    reference: /^200/,
    reason: "a login from where its token could not be used is refused at once",
  },
  {
    where: /^errors$/,
    reference: /%!w\(<nil>\)|unauthorized through CIDR/,
    reason: "OpenBao has two texts for one refusal, of which one prints a missing cause",
  },
  {
    request: /^[A-Z]+ auth\/[\w-]+\/login/,
    reference: /^500|^\["unsupported operation"\]/,
    reason: "OpenBao fails in looking for the role before the handler; Vault answers as here",
  },
  {
    ours: /cannot be negative|cannot provide negative|expiry must be greater|expected a list of strings|parameters and their values/,
    reason: "nonsense is refused, with a text of this server's",
  },
  {
    request: /^GET sys\/mounts\/diff-mnt-a\/tune$/,
    where: /default_lease_ttl$/,
    ours: /^2764800$/,
    reference: /^-1$/,
    reason: "nonsense is refused, with a text of this server's",
  },
  {
    section: /^(policies: texts|parameters of every type)/,
    where: /^errors$/,
    ours: /^\["failed to parse policy: /,
    reference: /^\["failed to parse policy: /,
    reason: "where a text stops being a policy is told in other words",
  },
  {
    section: /^policies: texts/,
    ours: /^400 \["failed to parse policy: /,
    reference: /^204$/,
    reason: "a text that may be meant otherwise is no policy",
  },
  {
    section: /^policies: texts/,
    request: /"\{\\"path\\":\[\]\}"/,
    accepts: true,
    reason: "an empty list of paths is a policy that grants nothing",
  },
  {
    request: /^POST sys\/policy\/diff-old/,
    ours: /^204$/,
    reference: /^200$/,
    reason: "nothing is answered where there is nothing to say",
  },
  {
    section: /^kv v1/,
    where: /^lease_duration$/,
    ours: /^1800$/,
    reference: /^-5$/,
    reason: "a negative time to live is none",
  },
  {
    request: /^POST sys\/mounts\/diff-mnt-none .*"version":"3"/,
    accepts: true,
    reason: "an unknown version of KV is version 1",
  },
  {
    section: /^approle: fields|^approle: roles/,
    where: /^data\.(bound_cidr_list|secret_id_bound_cidrs|policies|period|token_type)$/,
    reason: "older names of a role's fields are one with the newer",
  },
  {
    section: /^token: roles/,
    where: /^data\.(bound_cidrs|period|explicit_max_ttl)$/,
    reason: "older names of a role's fields are one with the newer",
  },
  {
    request: /default-service|300\.0\.0\.0|role\/job \{"secret_id_bound_cidrs/,
    ours: /^204$|^400 .*invalid CIDR address/,
    reference: /^200$|^500 .*invalid CIDR address/,
    reason: "the same refusal or setting, with another code",
  },
  {
    request: /token-bound-cidrs/,
    where: /^errors$/,
    reference: /failed to parse token_bound_cidrs/,
    reason: "the same refusal, told in other words",
  },
  {
    section: /^sys: mounts/,
    where: /^errors$/,
    reference: /invalid duration \\"junk\\"/,
    reason: "the same refusal, told in other words",
  },
  {
    request: /^GET sys\/mounts\/sys\/tune$/,
    where: /passthrough_request_headers$/,
    reason: "a default header that is not passed on here either",
  },
  {
    request: /^LIST sys\/(mounts|audit)$/,
    ours: /^405 /,
    reference: /^404 /,
    reason: "the same refusal, told in other words",
  },
  {
    section: /^sys: state/,
    request: /GET sys\/seal|migrate/,
    where: /^errors$/,
    reason: "the same refusal, told in other words",
  },
  {
    request: /^OPTIONS/,
    ours: /^405/,
    reference: /^400/,
    reason: "the same refusal, told in other words",
  },
  {
    request: /^LIST sys\/leases\/lookup\//,
    ours: /^404 \[\]$/,
    reason: "the root token of the initialisation has no lease",
  },
  {
    section: /^(token: create|kv v2|parameters of every type)/,
    where: /^errors$/,
    reference: /decoding|'\[0\]' expected|custom_metadata validation failed: ''/,
    reason: "the same refusal, told in other words",
  },
  {
    request: /^LIST diff-kv2\/config/,
    ours: /^405 /,
    reference: /^404/,
    reason: "the same refusal, told in other words",
  },
  // PKI.
  {
    section: /^pki: before/,
    request: /^GET diff-pki\/cert\//,
    ours: /^404 \[\]$|^\[\]$/,
    reason: "before there is an authority, its certificate is simply not found",
  },
  {
    request: /^[A-Z]+ diff-(methods-)?pki\/issuers( |$)/,
    ours: /^405 |^\["unsupported operation"\]$/,
    reference: /^403 |^\["1 error occurred.*unsupported operation/,
    reason: "the list of issuers is open to all, and read by listing alone",
  },
  {
    request: /^GET diff-pki(-int)?\/cert\/crl\/raw/,
    reference: /^404 .*unsupported path/,
    accepts: true,
    reason: "the list can be had raw under cert/ too",
  },
  {
    section: /^pki: (issue|roots)/,
    request: /"common_name":"(\.|a\.\.|é|a\*|\*|aaaa)/,
    ours: /not allowed by this role|^"DNS:a\*\.example\.com"$|undefined/,
    reason: "names are not translated from Unicode, and a lone wildcard is no name",
  },
  {
    section: /^pki/,
    where: /^errors$/,
    reference:
      /parsing time|asn1:|too short|could not be parsed|idna|auto-rebuilding|delta rebuild/,
    reason: "the same refusal, told in other words",
  },
  {
    section: /^pki: an int/,
    where: /^(errors|status)$/,
    ours: /non-CA|contains no data/,
    reason: "the same refusal, told in other words",
  },
  {
    section: /^pki: sign/,
    ours: /csr contains no data|request signature invalid/,
    reason: "a request is read before the role is looked at, and only under its own PEM label",
  },
  {
    section: /^pki: sign/,
    where: /^data\.certificate\.subjectAltName$/,
    ours: /^"DNS:a\.example\.com, DNS:other\.test"$/,
    reference: /^"DNS:other\.test, DNS:a\.example\.com"$/,
    reason: "the order of names",
  },
  {
    section: /^pki: issue/,
    request: /issue\/n/,
    where: /^lease_(id|duration)$/,
    ours: /^(0|"")$/,
    reason: "certificates have no leases",
  },
  {
    section: /^pki: roots/,
    request: /key\/key-|issuer\/two/,
    ours: /^400 .*(reserved keyword|invalid characters)/,
    reason: "names can't be reserved words",
  },
  {
    section: /^(pki: roles|parameters of every type)/,
    ours: /^400 .*unknown (extended )?key usage|^404 \[\]$/,
    reference: /^200$/,
    reason: "usages that are not known are refused",
  },
  { request: /pki(-int)?\/tidy/, where: /request_id/, reason: "each answer has a request id" },
];

/** Whether this server does what the reference refuses: the kind that must never hide behind another. */
function accepts({ where, ours, reference }: Difference): boolean {
  return where === "status" && ours.startsWith("2") && !/^[23]/.test(reference);
}

export function reasonFor(difference: Difference): string | undefined {
  return knownDifferences.find(
    (known) =>
      (known.accepts === true || !accepts(difference)) &&
      (["section", "request", "where", "ours", "reference"] as const).every(
        (name) => known[name]?.test(difference[name]) ?? true,
      ),
  )?.reason;
}

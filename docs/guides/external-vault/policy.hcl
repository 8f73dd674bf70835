# What a stack may do in the vault that it is given: enough for its credentials, authorities and AppRoles, no more.
path "sys/mounts"                           { capabilities = ["read"] }
path "sys/mounts/secret"                    { capabilities = ["create", "update"] }
path "sys/mounts/pki"                       { capabilities = ["create", "update"] }
path "sys/mounts/pki_int"                   { capabilities = ["create", "update"] }
path "sys/auth"                             { capabilities = ["read"] }
path "sys/auth/approle"                     { capabilities = ["create", "update", "sudo"] }
path "sys/policies/acl/+"                   { capabilities = ["create", "read", "update", "delete"] }

path "auth/approle/role"                    { capabilities = ["list"] }
path "auth/approle/role/*"                  { capabilities = ["create", "read", "update", "delete", "list"] }
path "secret/*"                             { capabilities = ["create", "read", "update", "delete", "list"] }
path "pki/*"                                { capabilities = ["create", "read", "update", "delete", "list"] }
path "pki_int/*"                            { capabilities = ["create", "read", "update", "delete", "list"] }

# Of use to the live suites alone (devstack test approle-auth approle-security).
path "auth/token/lookup"                    { capabilities = ["update"] }

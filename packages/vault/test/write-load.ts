import type { SeededRandom } from "./seeded-random.ts";
import type { ServerProcess } from "./server-process.ts";

interface Attempt {
  readonly version: number;
  readonly value: string;
}

/** What is known of one secret: versions that were acknowledged, and the writes that no answer came to. */
interface SecretRecord {
  readonly acknowledged: Map<number, string>;
  readonly unknown: Attempt[];
}

const secrets = 4;

/** Writes of many kinds at once, and a record of which of them were answered. */
export class WriteLoad {
  readonly #server: ServerProcess;
  readonly #random: SeededRandom;
  readonly #secrets = new Map<string, SecretRecord>();
  /** Versions that two writers fought for, by the value of the one that was told it had won. */
  readonly #contested = new Map<number, string>();
  readonly #living = new Set<string>();
  readonly #revoked = new Set<string>();
  readonly #spentSecretIds = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #kept = new Map<string, string>();
  #won = 0;
  #roleId = "";
  #serial = 0;
  /** Each run has secrets of its own, since one keeps only so many versions. */
  #runs = 0;
  acknowledged = 0;

  constructor(server: ServerProcess, random: SeededRandom) {
    this.#server = server;
    this.#random = random;
  }

  async prepare(): Promise<void> {
    const send = this.#server;
    await send.request("POST", "sys/mounts/kv", { type: "kv-v2", config: {} });
    await send.request("POST", "kv/config", { max_versions: 1000 });
    await send.request("POST", "sys/mounts/plain", { type: "kv" });
    await send.request("POST", "sys/auth/approle", { type: "approle" });
    await send.request("POST", "auth/approle/role/once", { secret_id_num_uses: 1 });
    const { body } = await send.request("GET", "auth/approle/role/once/role-id");
    this.#roleId = body.data.role_id;
  }

  /** Until the connection breaks. */
  async run(): Promise<void> {
    this.#runs += 1;
    this.#contested.clear();
    const writers = Array.from(
      { length: secrets },
      (_, index) => () => this.#writeSecret(`run${this.#runs}/s${index}`),
    );
    const all = [
      ...writers,
      () => this.#contest(),
      () => this.#contest(),
      () => this.#revokeToken(),
      () => this.#logInOnce(),
      () => this.#replace(),
    ];
    await Promise.all(all.map((write) => this.#repeat(write)));
  }

  async #repeat(write: () => Promise<void>): Promise<void> {
    try {
      for (;;) await write();
    } catch (error) {
      // A broken connection is what a kill looks like from here; anything else is a fault of the test.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #value(): string {
    this.#serial += 1;
    return `${this.#serial}-${this.#random.text(this.#random.integer(1, 3000), "abcdef")}`;
  }

  #recordOf(path: string): SecretRecord {
    const known = this.#secrets.get(path) ?? { acknowledged: new Map(), unknown: [] };
    this.#secrets.set(path, known);
    return known;
  }

  async #writeSecret(path: string): Promise<void> {
    const record = this.#recordOf(path);
    const current = Math.max(0, ...record.acknowledged.keys());
    const attempt = { version: current + 1, value: this.#value() };
    record.unknown.push(attempt);
    const { status } = await this.#server.request("POST", `kv/data/${path}`, {
      data: { value: attempt.value },
      options: { cas: current },
    });
    if (status === 200) {
      record.unknown.splice(record.unknown.indexOf(attempt), 1);
      record.acknowledged.set(attempt.version, attempt.value);
      this.acknowledged += 1;
      return;
    }
    if (status !== 400) throw new Error(`a write was answered ${status}`);
    // A write that nobody answered was there after all: go on from what is there now.
    await this.#catchUp(path, record);
  }

  /** Takes over as acknowledged what a read shows: once it was seen it must stay, too. */
  async #catchUp(path: string, record: SecretRecord): Promise<void> {
    const { status, body } = await this.#server.request("GET", `kv/data/${path}`);
    if (status !== 200) return;
    record.acknowledged.set(body.data.metadata.version, body.data.data.value);
  }

  get #contestedPath(): string {
    return `kv/data/run${this.#runs}/contested`;
  }

  async #contest(): Promise<void> {
    const { body } = await this.#server.request("GET", this.#contestedPath);
    const current = body.data?.metadata.version ?? 0;
    const value = this.#value();
    const { status } = await this.#server.request("POST", this.#contestedPath, {
      data: { value },
      options: { cas: current },
    });
    if (status !== 200) return;
    if (this.#contested.has(current + 1)) throw new Error("two writers won the same version");
    this.#contested.set(current + 1, value);
    this.#won += 1;
    this.acknowledged += 1;
  }

  async #revokeToken(): Promise<void> {
    const made = await this.#server.request("POST", "auth/token/create", {
      policies: ["default"],
      ttl: "1h",
    });
    const token = made.body.auth.client_token;
    this.#living.add(token);
    this.acknowledged += 1;
    if (this.#random.next() < 0.5) return;
    this.#living.delete(token);
    const { status } = await this.#server.request("POST", "auth/token/revoke", { token });
    if (status === 204) this.#revoked.add(token);
  }

  async #logInOnce(): Promise<void> {
    const { body } = await this.#server.request("POST", "auth/approle/role/once/secret-id", {});
    const { secret_id } = body.data;
    const login = await this.#server.request("POST", "auth/approle/login", {
      role_id: this.#roleId,
      secret_id,
    });
    if (login.status !== 200) throw new Error(`a login was answered ${login.status}`);
    this.#spentSecretIds.add(secret_id);
    this.#living.add(login.body.auth.client_token);
    this.acknowledged += 1;
  }

  async #replace(): Promise<void> {
    const path = `plain/p${this.#random.integer(0, 20)}`;
    const value = this.#value();
    this.#kept.delete(path);
    this.#deleted.delete(path);
    if (this.#random.next() < 0.3) {
      if ((await this.#server.request("DELETE", path)).status === 204) this.#deleted.add(path);
    } else if ((await this.#server.request("POST", path, { value })).status === 204) {
      this.#kept.set(path, value);
    }
    this.acknowledged += 1;
  }

  /** What is not as it was acknowledged, in words. */
  async faults(): Promise<string[]> {
    const faults: string[] = [];
    for (const [path, record] of this.#sample(this.#secrets))
      faults.push(...(await this.#secretFaults(path, record)));
    faults.push(...(await this.#contestedFaults()));
    faults.push(...(await this.#tokenFaults()));
    for (const secret_id of this.#sample(this.#spentSecretIds)) {
      const again = await this.#server.request("POST", "auth/approle/login", {
        role_id: this.#roleId,
        secret_id,
      });
      if (again.status !== 400) faults.push("a spent secret-id logs in again");
    }
    for (const path of this.#deleted)
      if ((await this.#server.request("GET", path)).status !== 404) faults.push(`${path} is back`);
    for (const [path, value] of this.#kept) {
      const { body } = await this.#server.request("GET", path);
      if (body?.data?.value !== value) faults.push(`${path} is not what was written last`);
    }
    return faults;
  }

  async #secretFaults(path: string, record: SecretRecord): Promise<string[]> {
    const faults: string[] = [];
    const { body } = await this.#server.request("GET", `kv/metadata/${path}`);
    const there = Object.keys(body.data?.versions ?? {}).map(Number);
    const newest = Math.max(0, ...record.acknowledged.keys());
    for (const version of record.acknowledged.keys())
      if (!there.includes(version))
        faults.push(`${path}: version ${version} was acknowledged and is gone`);
    if (Math.max(0, ...there) > newest + 1) faults.push(`${path}: more versions than were written`);
    for (const version of this.#sample(there)) {
      const found = await this.#server.request("GET", `kv/data/${path}?version=${version}`);
      const value = found.body.data?.data?.value;
      const expected = record.acknowledged.get(version);
      const written = record.unknown.some(
        (attempt) => attempt.version === version && attempt.value === value,
      );
      if (expected === undefined ? !written : value !== expected)
        faults.push(`${path}: version ${version} is not what was written`);
    }
    return faults;
  }

  async #contestedFaults(): Promise<string[]> {
    const faults: string[] = [];
    for (const [version, value] of this.#sample([...this.#contested])) {
      const { body } = await this.#server.request(
        "GET",
        `${this.#contestedPath}?version=${version}`,
      );
      if (body.data?.data?.value !== value)
        faults.push(`contested: version ${version} is another writer's`);
    }
    return faults;
  }

  /** Tokens are whole: what their accessors list leads to tokens, and the revoked ones stay revoked. */
  async #tokenFaults(): Promise<string[]> {
    const faults: string[] = [];
    const status = async (token: string): Promise<number> =>
      (await this.#server.request("GET", "auth/token/lookup-self", undefined, token)).status;
    for (const token of this.#sample(this.#living))
      if ((await status(token)) !== 200) faults.push("a token that was given out is not known");
    for (const token of this.#sample(this.#revoked))
      if ((await status(token)) !== 403) faults.push("a revoked token is back");
    const { body } = await this.#server.request("LIST", "auth/token/accessors");
    for (const accessor of this.#sample(body.data.keys as string[])) {
      const found = await this.#server.request("POST", "auth/token/lookup-accessor", { accessor });
      if (found.status !== 200) faults.push("an accessor leads nowhere");
    }
    return faults;
  }

  /** The newest, which a kill may have hit, and some of the others. */
  #sample<Value>(values: Iterable<Value>): Value[] {
    const all = [...values];
    const older = all.slice(0, -12);
    const some =
      older.length === 0 ? [] : Array.from({ length: 8 }, () => this.#random.pick(older));
    return [...all.slice(-12), ...some];
  }

  summary(): string {
    return `${this.acknowledged} writes acknowledged, ${this.#won} contested versions, ${this.#living.size} tokens, ${this.#revoked.size} revoked, ${this.#spentSecretIds.size} secret-ids spent`;
  }
}

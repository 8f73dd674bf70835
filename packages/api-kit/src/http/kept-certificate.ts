import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Server } from "node:https";
import path from "node:path";
import { createSecureContext } from "node:tls";
import type { Logger } from "pino";

export interface CertificateFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const lookEveryMs = 1000;

/** The certificate in a folder, as `certificate.pem` and `key.pem`, which somebody else renews. */
export class KeptCertificate implements Disposable {
  readonly #folder: string;
  files: CertificateFiles;

  private constructor(folder: string, files: CertificateFiles) {
    this.#folder = folder;
    this.files = files;
  }

  static async read(folder: string): Promise<KeptCertificate> {
    return new KeptCertificate(folder, await readFiles(folder));
  }

  /** New connections get the new one; those that are open keep what they have. */
  follow(server: Pick<Server, "setSecureContext">, logger: Pick<Logger, "info" | "warn">): void {
    const renew = async (): Promise<void> => {
      try {
        const files = await readFiles(this.#folder);
        createSecureContext(files); // does not pair: half of it is written yet
        server.setSecureContext(files);
        this.files = files;
        logger.info("took the renewed certificate in use");
      } catch (error) {
        logger.warn({ err: error }, "the certificate can't be used: the former one stays");
      }
    };
    for (const file of pathsIn(this.#folder))
      watchFile(file, { interval: lookEveryMs, persistent: false }, () => void renew());
  }

  [Symbol.dispose](): void {
    for (const file of pathsIn(this.#folder)) unwatchFile(file);
  }
}

function pathsIn(folder: string): readonly [string, string] {
  return [path.join(folder, "certificate.pem"), path.join(folder, "key.pem")];
}

async function readFiles(folder: string): Promise<CertificateFiles> {
  const [cert, key] = pathsIn(folder);
  const [certificate, secret] = await Promise.all([readFile(cert), readFile(key)]);
  return { cert: certificate, key: secret };
}

import { execFileSync } from "node:child_process";

/** A self-signed certificate with this common name, and its key. */
export function makeCertificate(
  certificateFile: string,
  keyFile: string,
  commonName: string,
): void {
  const options = [
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  execFileSync(
    "openssl",
    ["req", ...options, "-subj", `/CN=${commonName}`, "-keyout", keyFile, "-out", certificateFile],
    { stdio: "ignore" },
  );
}

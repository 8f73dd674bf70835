import { readFileSync } from "node:fs";
import { provideEngine } from "./engine.ts";

/*
 * A program for the tests: provides one engine and prints each step, then the installation. Its arguments: a file with
 * requirement and options, and the step at which it is to be killed.
 */
const [file = "", lastStep] = process.argv.slice(2);
const { requirement, options } = JSON.parse(readFileSync(file, "utf8"));
const installation = await provideEngine(requirement, {
  ...options,
  onProgress: ({ step }) => {
    process.stdout.write(`${step}\n`);
    if (step === lastStep) process.kill(process.pid, "SIGKILL");
  },
});
process.stdout.write(`${JSON.stringify(installation)}\n`);

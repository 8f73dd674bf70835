import { readFileSync } from "node:fs";
import { provideEngine } from "./engine.ts";

/*
 * A program for the tests: provides one engine and prints each step, then the installation. Its arguments: a file with
 * requirement and options; a step; and whether it is to die there (`die`) or to stand still until its stdin ends.
 */
const [file = "", fatefulStep, fate] = process.argv.slice(2);
const { requirement, options } = JSON.parse(readFileSync(file, "utf8"));
const installation = await provideEngine(requirement, {
  ...options,
  onProgress: ({ step }) => {
    process.stdout.write(`${step}\n`);
    if (step !== fatefulStep) return;
    if (fate === "die") process.kill(process.pid, "SIGKILL");
    readFileSync(0);
  },
});
process.stdout.write(`${JSON.stringify(installation)}\n`);

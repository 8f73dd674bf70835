import { type DestinationStream, type Logger, pino } from "pino";
import { timeField } from "./time-field.ts";

/** One JSON object a line. Lines of a request carry its `request_id`. */
export function createLogger(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: timeField,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

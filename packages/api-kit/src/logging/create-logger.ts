import { type DestinationStream, type Logger, pino } from "pino";

/** One JSON object a line. Lines of a request carry its `request_id`. */
export function createLogger(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

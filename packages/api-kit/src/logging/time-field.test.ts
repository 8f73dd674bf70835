import { afterEach, expect, it, vi } from "vitest";
import { timeField } from "./time-field.ts";

afterEach(() => vi.useRealTimers());

it("tells every millisecond from the one before", () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  expect([timeField(), timeField()]).toEqual(Array(2).fill(',"time":"2026-01-01T00:00:00.000Z"'));
  vi.advanceTimersByTime(1);
  expect(timeField()).toBe(',"time":"2026-01-01T00:00:00.001Z"');
});

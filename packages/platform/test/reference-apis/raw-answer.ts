import { connect, type Socket } from "node:net";

/**
 * The answer to what is written as it stands, on a connection of its own that the client does not close. Rejects when
 * none comes.
 */
export async function rawAnswer(
  port: number,
  request: string | ((socket: Socket) => Promise<void>),
): Promise<{ readonly status: number; readonly body: string }> {
  const socket = connect(port, "127.0.0.1");
  try {
    return await new Promise((resolve, reject) => {
      let received = "";
      socket.setEncoding("utf8").on("data", (text: string) => {
        received += text;
        const found = parse(received);
        if (found) resolve(found);
      });
      socket.once("close", () => reject(new Error(`closed after ${JSON.stringify(received)}`)));
      socket.once("error", (error) => (parse(received) ? undefined : reject(error)));
      socket.setTimeout(10_000, () => reject(new Error(`no answer: ${JSON.stringify(received)}`)));
      if (typeof request === "string") socket.write(request);
      else request(socket).catch(reject);
    });
  } finally {
    socket.destroy();
  }
}

/** Undefined until all of it is there. */
function parse(received: string): { readonly status: number; readonly body: string } | undefined {
  const [, status = "", length = ""] =
    /^HTTP\/1\.1 (\d{3}) [^]*?^content-length: (\d+)\r\n/im.exec(received) ?? [];
  const start = received.indexOf("\r\n\r\n") + 4;
  const body = Buffer.from(received.slice(start));
  if (status === "" || start < 4 || body.length < Number(length)) return undefined;
  return { status: Number(status), body: body.toString() };
}

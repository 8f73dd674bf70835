import { createServer } from "node:net";

// What a server would come to that did nothing: the load generator's own limit.
const body = '{"status":"ok"}';
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);

createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("data", () => socket.write(answer)); // one request a chunk: the generator waits for each answer
  socket.on("error", () => socket.destroy());
}).listen(Number(process.env["HTTP_PORT"]), "127.0.0.1");

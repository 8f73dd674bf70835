import { createServer } from "node:http";
import { answer } from "../hand-made/middleware.ts";

// The least that Node does for an HTTP request.
createServer((_request, response) => answer(response, 200, { status: "ok" })).listen(
  Number(process.env["HTTP_PORT"]),
  "127.0.0.1",
);

import { createServer } from "node:http";
import { answer, Middleware } from "../hand-made/middleware.ts";

const middleware = new Middleware();

createServer((request, response) => {
  if (!middleware.begin(request, response)) return;
  if (request.url === "/health/") answer(response, 200, { status: "ok" });
  else answer(response, 404, { error: "ResourceNotFoundError", status_code: 404 });
}).listen(Number(process.env["HTTP_PORT"]), "127.0.0.1");

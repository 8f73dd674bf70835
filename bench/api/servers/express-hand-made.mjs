import express from "express";
import { Middleware } from "../hand-made/middleware.ts";

const middleware = new Middleware();

express()
  .use((request, response, next) => {
    if (middleware.begin(request, response)) next();
  })
  .get("/health/", (_request, response) => void response.json({ status: "ok" }))
  .listen(Number(process.env["HTTP_PORT"]), "127.0.0.1");

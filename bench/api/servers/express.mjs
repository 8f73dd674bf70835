import express from "express";

express()
  .get("/health/", (_request, response) => void response.json({ status: "ok" }))
  .listen(Number(process.env["HTTP_PORT"]), "127.0.0.1");

import type { Db, MongoClient } from "mongodb";
import { DatabaseConnectionError } from "../errors/api-errors.ts";
import type { Endpoint } from "../settings/read-settings.ts";
import type { BackendDriver } from "./backend.ts";
import { type BackendTls, codeOf, fieldOf } from "./backend-tls.ts";

const authenticationFailed = 18;

export interface Mongodb {
  readonly client: MongoClient;
  /** The application's. */
  readonly database: Db;
  connections: number;
  /** The driver closes a client whose first connection fails, and opens it no more. */
  isClosed: boolean;
}

export function mongodbDriver(
  endpoint: Endpoint,
  tls: BackendTls | undefined,
): BackendDriver<Mongodb> {
  return {
    service: "mongodb",
    secret: "mongodb",
    open: async (credentials) => {
      const { MongoClient: Client } = await import("mongodb");
      const database = fieldOf(credentials, "database");
      const client = new Client(`mongodb://${endpoint.host}:${endpoint.port}/`, {
        auth: {
          username: fieldOf(credentials, "user"),
          password: fieldOf(credentials, "password"),
        },
        authSource: database,
        ...(tls ? { tls: true, ...tls } : {}),
        directConnection: true, // the one server that the settings name, whatever it says of others
        maxPoolSize: 10,
        serverSelectionTimeoutMS: 2000,
        connectTimeoutMS: 2000,
        socketTimeoutMS: 5000,
        waitQueueTimeoutMS: 2000,
      });
      const mongodb: Mongodb = {
        client,
        database: client.db(database),
        connections: 0,
        isClosed: false,
      };
      client.on("topologyClosed", () => {
        mongodb.isClosed = true;
      });
      client.on("connectionCreated", () => mongodb.connections++);
      client.on("connectionClosed", () => mongodb.connections--);
      return mongodb;
    },
    close: async ({ client }) => client.close(),
    isOpen: ({ isClosed }) => !isClosed,
    connections: (mongodb) => mongodb.connections,
    isWrongPassword: (error) => codeOf(error) === authenticationFailed,
    unavailable: (cause) =>
      new DatabaseConnectionError("MongoDB can't be reached.", { service: "mongodb" }, { cause }),
  };
}

// A mock server for a suite, and a sandbox for each test, with nothing but what Node brings.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// The one at MOCKSERVER_URL, or one of our own, which ends with this process however that ends.
export async function startServer() {
  if (process.env.MOCKSERVER_URL) return { url: process.env.MOCKSERVER_URL, stop() {} };
  const options = ["serve", "--port", "0", "--end-with-stdin"];
  const server = spawn("mockserver", options, { stdio: ["pipe", "pipe", "ignore"] });
  for await (const line of createInterface({ input: server.stdout })) {
    return { url: line.replace("mockserver ready: ", ""), stop: () => server.kill() };
  }
  throw new Error("the mock server did not start: is mockserver on the PATH?");
}

export class Sandbox {
  static async create(url, options = {}) {
    const document = await ask("POST", `${url}/_mock/sandboxes`, options);
    return new Sandbox(`${url}/_mock/sandboxes/${document.id}`, document);
  }

  constructor(url, document) {
    this.url = url;
    this.providers = document.providers;
  }

  customerWrites(provider, text) {
    return ask("POST", `${this.url}/messages`, { provider, from: "+628123456789", text });
  }

  message(id) {
    return ask("GET", `${this.url}/messages/${encodeURIComponent(id)}`);
  }

  fail(provider, fault, schedule = {}, rest = {}) {
    return ask("POST", `${this.url}/faults`, { match: { provider }, fault, schedule, ...rest });
  }

  async requests() {
    return (await ask("GET", `${this.url}/requests`)).requests;
  }

  close() {
    return ask("DELETE", this.url);
  }
}

async function ask(method, url, body) {
  const token = process.env.MOCKSERVER_ADMIN_TOKEN; // where the server wants one
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${text}`);
  return text ? JSON.parse(text) : null;
}

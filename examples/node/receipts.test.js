import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { Sandbox, startServer } from "./mock.js";
import { markRead } from "./receipts.js";

let server, sandbox, settings;

before(async () => {
  server = await startServer();
});
after(() => server.stop());

beforeEach(async () => {
  sandbox = await Sandbox.create(server.url);
  const { base_url: baseUrl, accounts } = sandbox.providers.kirim;
  const [{ api_key: apiKey, numbers }] = accounts;
  settings = { baseUrl, apiKey, phoneNumberId: numbers[0].phone_number_id };
});
afterEach(() => sandbox.close());

test("a message is marked read", async () => {
  const { id } = await sandbox.customerWrites("kirim", "Halo");
  assert.equal(await markRead(id, settings), 1);
  assert.ok((await sandbox.message(id)).read_at);
});

for (const type of ["gateway", "reset", "empty", "malformed_json"]) {
  test(`what passes is tried again: ${type}`, async () => {
    const { id } = await sandbox.customerWrites("kirim", "Halo");
    await sandbox.fail("kirim", { type }, { times: 2 });
    assert.equal(await markRead(id, settings), 3);
    assert.ok((await sandbox.message(id)).read_at);
  });
}

test("an answer may be lost after the work was done", async () => {
  const { id } = await sandbox.customerWrites("kirim", "Halo");
  await sandbox.fail("kirim", { type: "reset" }, { times: 1 }, { when: "after" });
  assert.equal(await markRead(id, settings), 2);
  const calls = await sandbox.requests();
  assert.deepEqual(calls.map((call) => call.committed), [true, true]);
});

test("a slow answer is not waited for", async () => {
  const { id } = await sandbox.customerWrites("kirim", "Halo");
  await sandbox.fail("kirim", { type: "latency", ms: 2000 }, { times: 1 });
  assert.equal(await markRead(id, settings, { patience: 300 }), 2);
});

test("a wrong key is no reason to try again", async () => {
  const { id } = await sandbox.customerWrites("kirim", "Halo");
  await assert.rejects(markRead(id, { ...settings, apiKey: "kdv_wrong" }), /gave up: 401/);
  assert.equal((await sandbox.requests()).length, 1);
});

test("it gives up", async () => {
  const { id } = await sandbox.customerWrites("kirim", "Halo");
  await sandbox.fail("kirim", { type: "outage" });
  await assert.rejects(markRead(id, settings), /gave up/);
  assert.equal((await sandbox.requests()).length, 4);
  assert.equal((await sandbox.message(id)).read_at, null);
});

// Makes calls by all that Node has, and prints what became of each: the answer, or the error's code.
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:tls';

const host = 'api.kirim.chat';
const told = {};

async function tell(name, make) {
  if (process.env.ONLY && process.env.ONLY !== name) return;
  try {
    told[name] = await make();
  } catch (error) {
    const reason = error.cause ?? error;
    told[name] = typeof reason.code === 'string' ? reason.code : reason.name;
  }
}

async function fetched(url, options) {
  const answer = await fetch(url, options);
  const text = await answer.text();
  return text.length < 100 ? `${answer.status} ${text}` : `${answer.status} of ${text.length}`;
}

function got(client, url, options = {}) {
  return new Promise((resolve, reject) => {
    const request = client.get(url, options, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'timeout' })));
  });
}

const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
const local = http.createServer((request, answer) => answer.end('direct'));
await new Promise((resolve) => local.listen(0, '127.0.0.1', resolve));
const here = `http://127.0.0.1:${local.address().port}/`;

await tell('fetch', () => fetched(`https://${host}/a`));
await tell('fetch posts', () => fetched(`https://${host}/a`, { method: 'POST', body: '' }));
await tell('fetch long', () => fetched(`https://${host}/long`));
await tell('fetch without TLS', () => fetched(`http://${host}/a`));
await tell('https', () => got(https, `https://${host}/a`, { agent }));
await tell('https kept alive', () => got(https, `https://${host}/b`, { agent }));
await tell('idle', async () => {
  await new Promise((resolve) => setTimeout(resolve));
  const held = process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap');
  return `${held.length} connections hold the program up`;
});
await tell('http', () => got(http, `http://${host}/a`));
await tell('tls', async () => {
  const wire = connect(443, host, { servername: host });
  await new Promise((resolve, reject) => wire.on('secureConnect', resolve).on('error', reject));
  wire.destroy();
  return wire.authorized ? 'authorized' : 'not authorized';
});
await tell('this machine', () => got(http, here));
await tell('this machine by fetch', () => fetched(here));
await tell('fetch reset', () => fetched(`https://${host}/reset`));
await tell('https reset', () => got(https, `https://${host}/reset`));
await tell('fetch cut', () => fetched(`https://${host}/cut`));
await tell('https cut', () => got(https, `https://${host}/cut`));
await tell('fetch aborted', () => fetched(`https://${host}/hang`, { signal: AbortSignal.timeout(100) }));
await tell('http timed out', () => got(http, `http://${host}/hang`, { timeout: 100 }));
await tell('fetch elsewhere', () => fetched('https://example.com/'));
await tell('https elsewhere', () => got(https, 'https://example.com/'));
await tell('http elsewhere', () => got(http, 'http://example.com/'));
await tell('wrong name', () => got(https, `https://${host}/a`, { servername: 'example.com' }));
agent.destroy();
local.close();
local.closeAllConnections();
console.log(JSON.stringify(told));

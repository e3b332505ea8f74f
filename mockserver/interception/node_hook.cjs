// Has a Node that takes no proxy from the environment reach other machines through it, as
// HTTPS_PROXY and NO_PROXY say: every connection that speaks TLS, and HTTP without TLS where
// Node's own client makes it, or it is for port 80. Loaded by --require in NODE_OPTIONS, before
// the program; written for Node 20 and later, and quiet where Node follows the environment itself.
'use strict';

const http = require('node:http');
const net = require('node:net');
const tls = require('node:tls');
const { syncBuiltinESMExports } = require('node:module');
const { Duplex } = require('node:stream');

const given = process.env.https_proxy || process.env.HTTPS_PROXY;
const followed =
  process.env.NODE_USE_ENV_PROXY === '1' &&
  process.allowedNodeEnvironmentFlags.has('--use-env-proxy');

if (given && !followed) redirect(new URL(given));

function redirect(proxy) {
  const connectPlainly = net.connect;
  const connectSecurely = tls.connect;
  const reached = { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port) || 80 };
  const direct = (process.env.no_proxy || process.env.NO_PROXY || '').toLowerCase().split(/[\s,]+/);

  function isElsewhere({ host, path, socket }) {
    if (socket || path) return false;
    const name = String(host || 'localhost').toLowerCase();
    const local = /^(127\..*|::1|localhost|.*\.localhost)$/.test(name) || name === reached.host;
    const excepted = direct.some(
      (each) => each === '*' || name === each || (each && name.endsWith(`.${each.replace(/^\*?\./, '')}`)),
    );
    return !local && !excepted;
  }

  // A connection to a host through the proxy. Until there is one, nothing is read or written.
  class Tunnel extends Duplex {
    constructor({ host, port }, whenConnected) {
      super();
      this.connecting = true;
      this.target = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
      if (whenConnected) this.once('connect', whenConnected);
    }

    _construct(whenDone) {
      this.asking = http.request({ ...reached, method: 'CONNECT', path: this.target, agent: false });
      this.asking.setHeader('Host', this.target);
      this.asking.setHeader('Connection', 'keep-alive');
      if (proxy.username) {
        const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
        const credential = Buffer.from(user).toString('base64');
        this.asking.setHeader('Proxy-Authorization', `Basic ${credential}`);
      }
      this.asking.once('error', whenDone);
      this.asking.once('connect', ({ statusCode }, wire, head) => {
        this.connecting = false;
        if (statusCode !== 200) {
          wire.destroy();
          whenDone(refusal(this.target, statusCode));
          return;
        }
        this.carry(wire, head);
        whenDone();
        this.emit('connect');
      });
      this.asking.end();
    }

    carry(wire, head) {
      this.wire = wire;
      if (head.length) wire.unshift(head);
      wire.on('data', (part) => this.push(part) || wire.pause());
      wire.on('end', () => this.push(null));
      wire.on('timeout', () => this.emit('timeout'));
      wire.on('error', (error) => this.destroy(error));
      wire.on('close', () => this.destroy());
    }

    _read() {
      this.wire.resume();
    }

    _write(part, encoding, whenDone) {
      this.wire.write(part, encoding, whenDone);
    }

    _final(whenDone) {
      this.wire.end(whenDone);
    }

    _destroy(error, whenDone) {
      if (this.wire) this.wire.destroy();
      whenDone(error);
    }

    destroy(error) {
      if (this.connecting) this.asking.destroy();
      return super.destroy(error);
    }
  }

  // What clients ask of a socket beside reading and writing.
  for (const name of ['ref', 'setKeepAlive', 'setNoDelay', 'setTimeout', 'unref']) {
    Tunnel.prototype[name] = function (...values) {
      if (this.wire) this.wire[name](...values);
      else this.once('connect', () => this.wire[name](...values));
      return this;
    };
  }

  http.Agent.prototype.createConnection = function (...values) {
    const { options, listener } = read(values);
    return isElsewhere(options)
      ? new Tunnel({ host: options.host, port: options.port || 80 }, listener)
      : connectPlainly.apply(this, values);
  };

  net.connect = net.createConnection = function (...values) {
    const { options, listener } = read(values);
    return Number(options.port) === 80 && isElsewhere(options)
      ? new Tunnel(options, listener)
      : connectPlainly.apply(this, values);
  };

  tls.connect = function (...values) {
    const { options, listener } = read(values);
    if (!isElsewhere(options)) return connectSecurely.apply(this, values);
    const socket = new Tunnel({ host: options.host, port: options.port || 443 });
    const secure = connectSecurely.call(this, { ...options, socket }, listener);
    // An idle connection holds no program up, which clients say of the outer socket.
    for (const name of ['ref', 'unref']) secure[name] = () => (socket[name](), secure);
    return secure;
  };

  syncBuiltinESMExports();
}

function refusal(target, status) {
  const error = new Error(`${target} is refused by the proxy, which answers ${status}`);
  error.code = 'ERR_PROXY_TUNNEL';
  error.statusCode = status;
  return error;
}

// The options that the arguments of connect stand for: (options), (port, host, options) or (path),
// where host and options may be left out, and a listener comes last.
function read(values) {
  const listener = typeof values.at(-1) === 'function' ? values.at(-1) : undefined;
  const [first, ...more] = values.filter((value) => value !== undefined && value !== listener);
  if (first !== null && typeof first === 'object') return { options: first, listener };
  const named = Number.isInteger(Number(first)) ? { port: first } : { path: first };
  for (const each of more) Object.assign(named, typeof each === 'string' ? { host: each } : each);
  return { options: named, listener };
}

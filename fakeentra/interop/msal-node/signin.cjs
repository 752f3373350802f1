// Drives @azure/msal-node, unmodified, against the fake: what it is told comes by lines of JSON on standard input, what happened
// goes out the same way. Only its HTTP traffic is led to loopback, by an agent of Node's own.
'use strict';

const https = require('node:https');
const readline = require('node:readline');
const { PublicClientApplication, CryptoProvider } = require('@azure/msal-node');

const [port, authority] = [process.env.ENTRA_PORT, process.env.ENTRA_AUTHORITY];

// The client insists on Microsoft's host name; the connection goes to the fake, whose authority NODE_EXTRA_CA_CERTS names.
const networkClient = {
  send(method, url, options) {
    return new Promise((resolve, reject) => {
      const target = new URL(url);
      const request = https.request({
        host: '127.0.0.1', port, servername: target.hostname, method, path: target.pathname + target.search,
        headers: { ...(options && options.headers), host: target.hostname },
      }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => { text += part; });
        response.on('end', () => {
          try {
            resolve({ headers: response.headers, body: JSON.parse(text), status: response.statusCode });
          } catch (error) {
            reject(error);
          }
        });
      });
      request.on('error', reject);
      if (options && options.body) request.write(options.body);
      request.end();
    });
  },
  sendGetRequestAsync(url, options) { return this.send('GET', url, options); },
  sendPostRequestAsync(url, options) { return this.send('POST', url, options); },
};

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => {
  const { value, done } = await lines.next();
  return done ? null : JSON.parse(value);
};

const acts = {
  async device(app, { scopes }) {
    return app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback(code) {
        if (code.userCode) say({ code: code.userCode, message: code.message }); // a refused request comes here too, empty
      },
    });
  },
  async code(app, { scopes, redirect }) {
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
    const address = await app.getAuthCodeUrl({ scopes, redirectUri: redirect, codeChallenge: challenge, codeChallengeMethod: 'S256', state: 's' });
    say({ address });
    const { code } = await hear();
    return app.acquireTokenByCode({ scopes, redirectUri: redirect, code, codeVerifier: verifier });
  },
  async refresh(app, { scopes, account }) {
    const known = (await app.getTokenCache().getAllAccounts()).find((one) => one.username === account);
    return app.acquireTokenSilent({ scopes, account: known, forceRefresh: true });
  },
};

const apps = new Map();

async function main() {
  for (;;) {
    const asked = await hear();
    if (!asked) return;
    const { client, tenant } = asked;
    const key = `${client} ${tenant} ${asked.app || ''}`;
    if (!apps.has(key)) {
      apps.set(key, new PublicClientApplication({
        auth: { clientId: client, authority: `${authority}/${tenant}` }, system: { networkClient },
      }));
    }
    try {
      const result = await acts[asked.act](apps.get(key), asked);
      say({ ok: true, account: result.account && result.account.username, scopes: result.scopes, fromCache: result.fromCache, hasToken: Boolean(result.accessToken) });
    } catch (error) {
      say({ ok: false, name: error.name, code: error.errorCode, text: error.errorMessage || String(error), suberror: error.subError || '' });
    }
  }
}

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });

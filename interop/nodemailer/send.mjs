// Sends one message with nodemailer, unmodified, and prints what came of it as one line of JSON.
// Words: host, port, server name, file of the authority, user, token, From and, if tokens can be renewed, the next token.
// The message's text is standard input.
import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';

const [host, port, servername, authority, user, token, from, renewed] = process.argv.slice(2);
const text = readFileSync(0, 'utf8');
let asked = 0;
const auth = { type: 'OAuth2', user, accessToken: token };
const transport = nodemailer.createTransport({
  host,
  port: Number(port),
  secure: false,
  requireTLS: true,
  name: 'printer.contoso.com',
  tls: { ca: readFileSync(authority), servername },
  auth,
});
if (renewed) {
  transport.set('oauth2_provision_cb', (_user, renew, callback) => {
    asked += 1;
    callback(null, renew ? renewed : token);
  });
}
try {
  const sent = await transport.sendMail({ from, to: 'bob@fabrikam.com', subject: 'Scan', text });
  console.log(JSON.stringify({ ok: true, response: sent.response, asked }));
} catch (error) {
  console.log(JSON.stringify({ ok: false, code: error.code, responseCode: error.responseCode, response: error.response, command: error.command, asked }));
}

// A device authorization server to compare rates with: oidc-provider as it comes, one client, its in-memory adapter.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const provider = new Provider('https://localhost', {
  clients: [{
    client_id: 'device', token_endpoint_auth_method: 'none', redirect_uris: [], response_types: [],
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  }],
  features: { deviceFlow: { enabled: true } },
});
provider.proxy = true;

const server = createServer({ key: readFileSync(process.env.TLS_KEY), cert: readFileSync(process.env.TLS_CERT) }, provider.callback());
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));

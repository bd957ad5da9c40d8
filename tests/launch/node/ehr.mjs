// An EHR made of parts that are not ours: the OpenID provider says who is there, the FHIR server at `fhir` has the charts.
// What SMART adds to OpenID Connect stands here: the configuration at the FHIR base, the launch context beside the token.
// Started with one JSON object: {fhir, patient, fhirUser, scopes, clients}. Prints its FHIR base when it listens.

import http from "node:http";
import { Provider } from "oidc-provider";

const { fhir, patient, fhirUser, scopes, clients } = JSON.parse(process.argv[2]);
const HOUR = 3600;

const server = http.createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const base = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(base, {
  clients,
  scopes,
  claims: { openid: ["sub"], fhirUser: ["fhirUser"] },
  conformIdTokenClaims: false,
  extraParams: ["aud", "launch"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  enabledJWA: { clientAuthSigningAlgValues: ["RS384", "ES384"] },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  ttl: { AccessToken: HOUR, AuthorizationCode: 60, Grant: HOUR, IdToken: HOUR, Interaction: HOUR, RefreshToken: HOUR, Session: HOUR },
  interactions: { url: (_, interaction) => `/signed-in/${interaction.uid}` },
  findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ sub, fhirUser }) }),
});

// A launch from an EHR's session: the person is signed in there, and the EHR allows what it registered the app for.
async function signIn(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: "clinician", clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId: "clinician" }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

provider.use(async (context, next) => {
  await next();
  if (context.oidc?.route === "token" && context.body?.access_token) {
    Object.assign(context.body, { patient, need_patient_banner: true });
  }
});

const configuration = {
  issuer: base,
  jwks_uri: `${base}/jwks`,
  authorization_endpoint: `${base}/auth`,
  token_endpoint: `${base}/token`,
  revocation_endpoint: `${base}/token/revocation`,
  code_challenge_methods_supported: ["S256"],
  token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "private_key_jwt"],
  grant_types_supported: ["authorization_code", "refresh_token"],
  capabilities: ["launch-ehr", "client-public", "client-confidential-symmetric", "client-confidential-asymmetric", "permission-v2"],
};

async function chart(request, response) {
  const path = request.url.slice("/fhir".length);
  if (path === "/.well-known/smart-configuration") {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(configuration));
    return;
  }
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  if (!(token && (await provider.AccessToken.find(token)))) {
    response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    return;
  }
  const sent = [];
  for await (const part of request) sent.push(part);
  const headers = {};
  for (const name of ["content-type", "accept", "if-match", "if-none-exist", "prefer"]) {
    if (request.headers[name]) headers[name] = request.headers[name];
  }
  const body = sent.length ? Buffer.concat(sent) : undefined;
  const answer = await fetch(`${fhir}${path}`, { method: request.method, headers, body });
  const said = (await answer.text()).replaceAll(fhir, `${base}/fhir`);
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" }).end(said);
}

const askProvider = provider.callback();
server.on("request", (request, response) => {
  const handle = request.url.startsWith("/fhir/") ? chart : request.url.startsWith("/signed-in/") ? signIn : askProvider;
  Promise.resolve(handle(request, response)).catch((fault) => {
    console.error(fault);
    response.writeHead(500).end();
  });
});
process.stdin.on("end", () => process.exit()).resume();
console.log(`${base}/fhir`);

import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/**
 * What a launcher passes to Rollcall, beside SENDGRID_BASE_URL and TWILIO_BASE_URL, so that it sends through the sandbox. Published,
 * so worth nothing anywhere else: the sandbox listens on loopback only, and no real provider knows them.
 */
export const sandboxSendgridApiKey = 'SG.sandbox.key-for-the-provider-sandbox-only';
export const sandboxTwilioAccountSid = 'AC5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c';
export const sandboxTwilioAuthToken = 'token-for-the-provider-sandbox-only';
/** A sender that every sandbox check accepts. */
export const sandboxEmailFrom = 'Rollcall <rollcall@example.com>';
export const sandboxSmsFrom = '+12025550100';

export interface WebhookKeys {
  privateKey: KeyObject;
  /** DER, SubjectPublicKeyInfo, in Base64: what SENDGRID_WEBHOOK_PUBLIC_KEY takes. */
  publicKey: string;
}

/**
 * A P-256 pair that is always the same for the same secret, so that whoever starts sandbox and web can give both their half without
 * either running. With a secret of its own (one per installation), nobody else can sign events for it.
 */
export function deriveWebhookKeys(secret: string): WebhookKeys {
  const curve = createECDH('prime256v1');
  // A digest is a valid private key but for a chance of 2^-32, and then it is derived again.
  for (let salt = 0; ; salt++) {
    try {
      curve.setPrivateKey(createHash('sha256').update(`rollcall sandbox webhook key ${salt}:${secret}`).digest());
      break;
    } catch {}
  }
  const point = curve.getPublicKey();
  const key = {
    kty: 'EC',
    crv: 'P-256',
    d: curve.getPrivateKey().toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return withPublicKey(createPrivateKey({ key, format: 'jwk' }));
}

/** @param privateKey PEM, or DER (PKCS #8) in Base64 */
export function readWebhookKeys(privateKey: string): WebhookKeys {
  const pem = privateKey.includes('-----BEGIN');
  return withPublicKey(
    pem ? createPrivateKey(privateKey) : createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

function withPublicKey(privateKey: KeyObject): WebhookKeys {
  return { privateKey, publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64') };
}

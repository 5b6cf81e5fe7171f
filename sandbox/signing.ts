import { createHmac, type KeyObject, sign } from 'node:crypto';

/**
 * SendGrid's signature over the timestamp header and the raw body: ECDSA P-256 with SHA-256, DER, in Base64
 * (docs.sendgrid.com, "Getting Started with the Event Webhook Security Features").
 */
export function signSendgrid(privateKey: KeyObject, timestamp: string, body: string): string {
  return sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64');
}

/** Twilio's signature of a form POST: HMAC-SHA1 over the URL and all parameters, sorted by name (twilio.com/docs/usage/security). */
export function signTwilio(authToken: string, url: string, parameters: Record<string, string>): string {
  const sorted = Object.keys(parameters).sort();
  return createHmac('sha1', authToken)
    .update(url + sorted.map((name) => name + parameters[name]).join(''))
    .digest('base64');
}

/** Every beginning that ends before a dot: SendGrid's answer to a call is one of those of its events' `sg_message_id`. */
export function messageIdBeginnings(id: string): string[] {
  const parts = id.split('.').slice(0, 10);
  return parts.map((_, end) => parts.slice(0, end + 1).join('.')).filter((one) => one.length >= 8);
}

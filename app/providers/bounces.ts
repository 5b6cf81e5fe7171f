/** What a bounce tells about itself; any part may be missing or untrue. */
export interface BounceFacts {
  /** SendGrid's `type`: "bounce" or "blocked". */
  type: string | null;
  /** Enhanced status code (RFC 3463), "5.1.1". */
  status: string | null;
  /** The receiving server's words. */
  reason: string | null;
  /** SendGrid's `bounce_classification`. */
  classification: string | null;
}

const full =
  /full|quota|over ?limit|insufficient|storage|not enough space|out of space|size limit|voll\b|speicherplatz|pleine?\b|llen[oa]|pien[oa]\b/;
/** About now, whatever else is said. */
const now = /temporar|gr[ea]ylist|at a rate|vorübergehend|temporaire/;
/** About whom it came from. */
const sender = /\bsender\b|\bptr\b|reverse dns|mail from\b/;
const passing = new RegExp(
  [
    /expired|timed? ?out|too (old|long|many|quickly|large|big)|retry|try (again|later)|again later|temporar|later\b|throttl|rate ?limit/,
    /gr[ea]ylist|reputation|\bspam|unsolicited|\bspf\b|\bdkim\b|\bdmarc\b|black ?list|block ?list|\bblocked|\brbl\b|dnsbl|policy|poli[ct]ies/,
    /virus|malware|content|suspicious|authentication|relay|not accepted from|exceed|connection|network|host not|\bmx\b|\bdns\b|loop|storedrv|unable to resolve/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
const nobody = new RegExp(
  [
    /(no such|unknown|invalid|bad|non-?existent) (local )?(user|recipient|address|mailbox|account|destination|domain|e-?mail)/,
    /(user|recipient|address|mailbox|account|e-?mail)( \S+){0,4} (is )?(unknown|invalid|not found|disabled|inactive|closed|deactivated|unavailable)/,
    /(does not|doesn['’]?t|do not|don['’]?t) (exist|have)|not exist|no mailbox|not a valid|not listed|recipientnotfound|(?<!sender )address rejected|unrouteable|existiert nicht|inconnue?\b|inexistant/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
/** SendGrid's classes of bounces that are about the message, the sender or the moment, never about the address. */
const passingClasses = /content|reputation|frequency|volume|technical|mailbox unavailable/;

/**
 * Does a bounce say for good that the address takes no mail? Full mailboxes, expired deliveries, greylisting and refusals of sender or
 * message do not: they pass, or are about somebody else. Where that cannot be told the provider's word "bounce" counts.
 */
export function bounceIsFinal({ type, status, reason, classification }: BounceFacts): boolean {
  const kind = (type ?? '').trim().toLowerCase();
  if (/block|soft|transient|defer|expired/.test(kind)) return false;
  const words = (reason ?? '').toLowerCase();
  if (full.test(words) || now.test(words)) return false;
  if (sender.test(words) && !/recipient|no such|user/.test(words)) return false;
  if (/^\D{0,3}4\d\d[\s-]/.test(words)) return false;
  const [, level, subject, detail] = statusIn(status ?? '') ?? statusIn(words) ?? [];
  if (level === '4') return false;
  const saysNobody = nobody.test(words);
  switch (subject) {
    case '1': // about the address; 7 and 8 are about the sender's
      return detail !== '7' && detail !== '8';
    case '2':
      if (detail === '2' || detail === '3' || detail === '4') return false;
      return saysNobody || !passing.test(words);
    case '3': // the mail system, the way to it, the message's format, the security of either
    case '4':
    case '6':
    case '7':
      return saysNobody && (subject !== '7' || !passing.test(words));
    default:
      if (saysNobody) return true;
      return !passing.test(words) && !passingClasses.test((classification ?? '').toLowerCase());
  }
}

function statusIn(text: string): RegExpExecArray | null {
  return /(?:^|[^\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)/.exec(text);
}

export interface Mail {
  personalizations: Personalization[];
  from: Address;
  subject?: string;
  content?: { type: string; value: string }[];
  template_id?: string;
}

export interface Personalization {
  to: Address[];
  subject?: string;
  headers?: Record<string, string>;
  custom_args?: Record<string, string>;
  substitutions?: Record<string, string>;
}

interface Address {
  email: string;
  name?: string;
}

export interface MailProblem {
  message: string;
  field: string | null;
}

const emailPattern = /^[^\s@<>(),;:"[\]]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/i;

/** What SendGrid would refuse with a 400, in the order in which it looks; null when the mail is fine. */
export function checkMail(mail: unknown): MailProblem | null {
  if (!isObject(mail)) return { message: 'Bad Request', field: null };
  const { personalizations } = mail;
  if (!Array.isArray(personalizations) || personalizations.length === 0) {
    return problem('The personalizations field is required and must have at least one personalization.', 'personalizations');
  }
  if (personalizations.length > 1000) return problem('There can be at most 1000 personalizations.', 'personalizations');
  for (const [index, personalization] of personalizations.entries()) {
    const found = checkPersonalization(personalization, `personalizations.${index}`);
    if (found) return found;
  }
  return checkFrom(mail.from) ?? checkSubject(mail, personalizations) ?? checkContent(mail);
}

function checkPersonalization(personalization: unknown, path: string): MailProblem | null {
  if (!isObject(personalization) || !Array.isArray(personalization.to) || personalization.to.length === 0) {
    return problem('The to array is required for all personalization objects, and must have at least one email object.', `${path}.to`);
  }
  const seen = new Set<string>();
  for (const [index, to] of personalization.to.entries()) {
    const email = isObject(to) ? to.email : undefined;
    if (typeof email !== 'string' || !emailPattern.test(email) || email.length > 320) {
      return problem('Does not contain a valid address.', `${path}.to.${index}.email`);
    }
    if (seen.has(email.toLowerCase())) {
      return problem(
        'Each email address in the personalization block should be unique between to, cc, and bcc.',
        `${path}.to.${index}.email`,
      );
    }
    seen.add(email.toLowerCase());
  }
  if (personalization.subject !== undefined && !isText(personalization.subject)) {
    return problem('The subject must be a string of at least one character.', `${path}.subject`);
  }
  return (
    checkStrings(personalization.custom_args, `${path}.custom_args`, 10_000) ??
    checkStrings(personalization.substitutions, `${path}.substitutions`, 10_000) ??
    checkStrings(personalization.headers, `${path}.headers`, Number.POSITIVE_INFINITY)
  );
}

function checkStrings(values: unknown, path: string, maxLength: number): MailProblem | null {
  if (values === undefined) return null;
  if (!isObject(values)) return problem('Must be an object of strings.', path);
  let length = 0;
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string') return problem('Each value must be a string.', `${path}.${name}`);
    length += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return length > maxLength ? problem(`Must be less than ${maxLength} bytes.`, path) : null;
}

function checkFrom(from: unknown): MailProblem | null {
  const email = isObject(from) ? from.email : undefined;
  if (typeof email !== 'string')
    return problem('The from object must be provided for every email send, with an email and perhaps a name.', 'from.email');
  return emailPattern.test(email) ? null : problem('The from email does not contain a valid address.', 'from.email');
}

function checkSubject(mail: Record<string, unknown>, personalizations: unknown[]): MailProblem | null {
  if (isText(mail.subject) || mail.template_id !== undefined) return null;
  if (personalizations.every((one) => isObject(one) && isText(one.subject))) return null;
  return problem('The subject is required, unless a template or every personalization brings one.', 'subject');
}

function checkContent(mail: Record<string, unknown>): MailProblem | null {
  if (mail.template_id !== undefined) return null;
  if (!Array.isArray(mail.content) || mail.content.length === 0) {
    return problem('Unless a valid template_id is provided, the content parameter is required, with at least one block.', 'content');
  }
  for (const [index, part] of mail.content.entries()) {
    if (!isObject(part) || !isText(part.type))
      return problem('The content type must be a string of at least one character.', `content.${index}.type`);
    if (!isText(part.value))
      return problem('The content value must be a string at least one character in length.', `content.${index}.value`);
    if (index > 0 && part.type === 'text/plain') {
      return problem('If present, text/plain must be first, followed by text/html.', 'content');
    }
  }
  return null;
}

function problem(message: string, field: string): MailProblem {
  return { message, field };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

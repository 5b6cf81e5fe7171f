import { SegmentedMessage } from 'sms-segments-calculator';

export interface SmsLength {
  /** What the provider charges for. */
  segments: number;
  /** As people count them: an emoji is one. */
  characters: number;
  /** GSM-7: 160 characters in one segment, 153 in each of several. UCS-2, as soon as one character is not in GSM-7: 70 and 67. */
  encoding: 'GSM-7' | 'UCS-2';
  /** The first characters that GSM-7 does not have, each once: what makes the message dearer. */
  outsideGsm7: string[];
}

/** The length of an SMS as carriers count it; for the editor, before variables are filled in. */
export function smsLength(text: string): SmsLength {
  const message = new SegmentedMessage(text);
  return {
    segments: text === '' ? 0 : message.segmentsCount,
    characters: message.numberOfCharacters,
    encoding: message.encodingName === 'GSM-7' ? 'GSM-7' : 'UCS-2',
    outsideGsm7: [...new Set(message.getNonGsmCharacters())].slice(0, 10),
  };
}

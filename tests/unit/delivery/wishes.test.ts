import { describe, expect, test } from 'vitest';
import { wishOf } from '#app/providers/opt-words.ts';
import { twilioInbound } from '#app/providers/twilio-events.ts';

describe('a text message', () => {
  test.each([
    ...[
      'STOP',
      'StOp',
      ' stop ',
      'Stop.',
      'STOP!',
      '“Stop”',
      "'stop'",
      '«stop»',
      '(stop)',
      '*STOP*',
      'stop…',
      'STOP!!! 😡',
      '🛑 stop',
      'stopp',
    ],
    ...[
      'ＳＴＯＰ',
      'S.T.O.P.',
      's t o p',
      'st\u00adop',
      '\u200bSTOP\ufeff',
      '𝐒𝐓𝐎𝐏',
      'STOP STOP STOP',
      'stoppp',
      'STOP ALL',
      'Stopall',
      'stop-all',
    ],
    ...[
      'Opt out',
      'opt-out',
      'OPTOUT',
      'opt_out',
      'Opt me out',
      'unsubscribe',
      'Unsubscribe me',
      'un-subscribe',
      'unsub',
      'cancel',
      'END',
      'Quit.',
      'revoke',
    ],
    ...[
      'stop please',
      'Please stop',
      'PLEASE STOP NOW',
      'Stop, thank you',
      'Ok stop',
      'Yes stop',
      'Hi, stop',
      'stop it',
      'Stop texting me',
      "Don't text me",
    ],
    ...[
      'Please stop sending me these messages',
      'stop the texts',
      'no more texts please',
      'Remove me',
      'Take me off your list',
      'remove my number',
    ],
    ...['I want to unsubscribe', "I'd like to opt out", 'stop\n\nJo Field\nSent from my phone', 'Hello,\nplease stop', 'opt\nout'],
    ...[
      'ARRET',
      'arrêt',
      'ARRÊT SVP',
      'arre\u0302t',
      'Arrêtez s’il vous plaît',
      'désabonner',
      'Stopp bitte',
      'Abmelden',
      'kündigen',
      'Bitte abbestellen',
    ],
    ...[
      'BAJA',
      'dar de baja por favor',
      'alto',
      'SAIR',
      'descadastrar',
      'basta',
      'Cancellami per favore',
      'afmelden',
      'СТОП',
      'стоп, пожалуйста',
      'İPTAL',
    ],
    ...['退订', '停止', '配信停止', '수신거부', 'הסר', 'توقف'],
  ])('asks to stop: %j', (body) => expect(wishOf(body)).toBe('stop'));

  test.each([
    ...[
      'We must stop this bill',
      "Don't stop",
      'never stop',
      'Non-stop fun',
      'Can you stop by at five?',
      'Which bus stop?',
      'The end',
      'cancel my table for two',
    ],
    ...[
      'fine',
      'Thanks',
      'Stop start',
      'stop or go',
      'I quit smoking',
      'yes please',
      'opt',
      'take',
      '',
      '   ',
      '👍',
      '12345',
      'x'.repeat(2_500),
      'stop '.repeat(50),
    ],
  ])('asks for nothing that is known: %j', (body) => expect(wishOf(body)).toBeNull());

  test.each(['START', 'start.', 'Unstop', ' Yes! '])('asks to start: %j', (body) => expect(wishOf(body)).toBe('start'));
  test.each(['HELP', 'info?'])('asks for help: %j', (body) => expect(wishOf(body)).toBe('help'));

  test('is kept with its words where they are not understood, and the account’s own keywords go before ours', () => {
    const sid = `SM${'2'.repeat(32)}`;
    const read = (fields: Record<string, string>) =>
      twilioInbound(new URLSearchParams({ MessageSid: sid, From: '+12015550131', To: '+15005550006', ...fields }));
    expect(read({ Body: 'We must\u0000 stop this bill' })).toMatchObject({
      wish: null,
      body: 'We must stop this bill',
      to: '+15005550006',
    });
    expect(read({ Body: 'nein danke', OptOutType: 'stop' })).toMatchObject({ wish: 'stop' });
    expect(read({ Body: 'x'.repeat(3_000) })?.body).toHaveLength(1_600);
    expect(read({ Body: 'stop', From: '55501' })).toBeNull();
  });
});

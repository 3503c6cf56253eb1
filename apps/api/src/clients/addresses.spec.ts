import { expect, test } from '@jest/globals';
import { checkAddresses } from './addresses.js';

const taken = (address: string, channel: 'email' | 'phone' = 'email'): boolean => {
  try {
    checkAddresses([{ channel, address }], '/reachableAt');
    return true;
  } catch {
    return false;
  }
};

test.each(['a@b.cn', 'li.na+work@example.co.uk', 'o’neil@exämple.de', '王芳@例子.中国', `${'x'.repeat(64)}@a-b.com`])(
  'an e-mail: %s',
  (text) => expect(taken(text)).toBe(true),
);

test.each([
  '@',
  'a@',
  '@b.cn',
  'a@b',
  'a b@c.cn',
  'a@b@c.cn',
  'a@-b.cn',
  'a@b-.cn',
  'a@b..cn',
  'a@b.c',
  'a@b.1',
  '"a"@b.cn',
  'a@b.cn,c@d.cn',
  'a@b.cn\nBcc:c@d.cn',
  `${'x'.repeat(65)}@b.cn`,
])('no e-mail: %j', (text) => expect(taken(text)).toBe(false));

test('an address of another channel has no form of ours', () => expect(taken('139', 'phone')).toBe(true));

import { WeakPassword, type WeakPasswordReason } from './password.errors';

const MINIMUM = 10;
const MAXIMUM = 128;

/** Length matters, composition does not (NIST SP 800-63B): no rules about digits or signs. `null` when it is good. */
export function weaknessOf(password: string, email: string, field: string): WeakPassword | null {
  const reason = reasonOf(password, email);
  return reason ? WeakPassword.because(reason, field) : null;
}

function reasonOf(password: string, email: string): WeakPasswordReason | null {
  const length = [...password].length;
  if (length < MINIMUM) return 'TOO_SHORT';
  if (length > MAXIMUM) return 'TOO_LONG';
  const folded = password.toLowerCase();
  if (folded === email.toLowerCase() || folded === email.toLowerCase().split('@')[0]) return 'SAME_AS_EMAIL';
  if (COMMON.has(folded) || isRepetition(folded)) return 'TOO_COMMON';
  return null;
}

/** `aaaaaaaaaa`, `abcabcabcabc`, `1212121212`. */
function isRepetition(text: string): boolean {
  return /^(.{1,3})\1+$/su.test(text);
}

// Those of the usual lists of leaked passwords that are long enough to pass the length rule.
const COMMON: ReadonlySet<string> = new Set([
  '0123456789',
  '01234567890',
  '0987654321',
  '1234567890',
  '12345678900',
  '12345678901',
  '123456789a',
  '123456789abc',
  '1234567891',
  '12345678910',
  '1234554321',
  '1029384756',
  '123qweasdzxc',
  '1q2w3e4r5t',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '1qazxsw23edc',
  '9876543210',
  'a123456789',
  'abc1234567',
  'abcd123456',
  'abcdefghij',
  'administrator',
  'adminadmin',
  'asdfasdfasdf',
  'asdfghjkl1',
  'asdfghjkl;',
  'basketball',
  'baseball123',
  'changeme123',
  'charlie123',
  'chocolate1',
  'computer123',
  'dragon1234',
  'football123',
  'footballer',
  'helloworld',
  'iloveyou12',
  'iloveyou123',
  'iloveyou1234',
  'internet123',
  'jordan1234',
  'letmein123',
  'letmein1234',
  'liverpool1',
  'manchester',
  'master1234',
  'mercato123',
  'michael123',
  'monkey1234',
  'mypassword',
  'mypassword1',
  'p@ssw0rd123',
  'passw0rd123',
  'password00',
  'password01',
  'password10',
  'password11',
  'password12',
  'password123',
  'password123!',
  'password1234',
  'password12345',
  'password2024',
  'password2025',
  'password2026',
  'passwordpassword',
  'princess123',
  'q1w2e3r4t5',
  'q1w2e3r4t5y6',
  'qazwsxedcrfv',
  'qwerty1234',
  'qwerty12345',
  'qwerty123456',
  'qwertyuiop',
  'qwertyuiop1',
  'qwertyuiop123',
  'shadow1234',
  'starwars123',
  'sunshine123',
  'superman123',
  'trustno1trustno1',
  'unbelievable',
  'welcome123',
  'welcome1234',
  'whatever123',
  'zaq12wsxcde3',
  'zxcvbnm123',
]);

/** Everything the shop's user subgraph writes to people: what a mail needs to be filled with, by template. */
export interface MailData {
  readonly VERIFY_EMAIL: { readonly name: string; readonly token: string };
  readonly RESET_PASSWORD: { readonly name: string; readonly token: string };
  readonly PASSWORD_CHANGED: { readonly name: string };
  readonly CONFIRM_NEW_EMAIL: { readonly name: string; readonly token: string };
  readonly EMAIL_CHANGED: { readonly name: string; readonly newEmail: string };
  readonly ACCOUNT_ERASED: { readonly name: string };
}

export type MailTemplate = keyof MailData;

/** A mail in words: paragraphs, and a link where something is to be done. */
export interface MailText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly action: { readonly label: string; readonly path: string } | null;
}

type Writers = { readonly [T in MailTemplate]: (data: MailData[T]) => MailText };

const link = (label: string, path: string, token: string) => ({ label, path: `${path}?token=${encodeURIComponent(token)}` });

export const MAIL_WRITERS: Writers = {
  VERIFY_EMAIL: ({ name, token }) => ({
    subject: 'Please confirm your e-mail address',
    paragraphs: [`Hello ${name},`, 'Please confirm that this address is yours. The link is good for three days.'],
    action: link('Confirm my address', '/verify-email', token),
  }),
  RESET_PASSWORD: ({ name, token }) => ({
    subject: 'Choose a new password',
    paragraphs: [
      `Hello ${name},`,
      'Somebody, probably you, wants to choose a new password for your account. The link is good for 30 minutes and for one use.',
      'If it was not you, do nothing: your password stays as it is.',
    ],
    action: link('Choose a new password', '/reset-password', token),
  }),
  PASSWORD_CHANGED: ({ name }) => ({
    subject: 'Your password was changed',
    paragraphs: [
      `Hello ${name},`,
      'Your password was just changed, and other devices were logged out. If it was not you, reset it now.',
    ],
    action: { label: 'It was not me', path: '/forgot-password' },
  }),
  CONFIRM_NEW_EMAIL: ({ name, token }) => ({
    subject: 'Please confirm your new e-mail address',
    paragraphs: [
      `Hello ${name},`,
      'Please confirm that your account shall use this address from now on. The link is good for three days.',
    ],
    action: link('Use this address', '/confirm-email', token),
  }),
  EMAIL_CHANGED: ({ name, newEmail }) => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [`Hello ${name},`, `Your account now uses the address ${newEmail}. If it was not you, answer this mail at once.`],
    action: null,
  }),
  ACCOUNT_ERASED: ({ name }) => ({
    subject: 'Your account was erased',
    paragraphs: [
      `Hello ${name},`,
      'As you asked, we have erased your account and what we knew about you. This is the last mail you get from us.',
    ],
    action: null,
  }),
};

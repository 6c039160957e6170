import { renderMail, type MailContent, type RenderedMail } from '../../../platform/mail';
import { MAIL_WRITERS, type MailData, type MailTemplate, type MailText } from './mail.templates';

/** What mails are laid out with. */
export interface MailLook {
  /** Links lead there. */
  readonly publicUrl: string;
  /** The sender, as in MAIL_FROM. */
  readonly from: string;
}

/** Puts a mail into words. @throws RangeError when there is no such template */
export function renderUserMail(template: string, data: Readonly<Record<string, string>>, look: MailLook): RenderedMail {
  if (!isTemplate(template)) throw new RangeError(`there is no mail template ${template}`);
  return renderMail(contentOf(write(template, data as unknown as MailData[typeof template]), look.publicUrl), look.from);
}

function isTemplate(template: string): template is MailTemplate {
  return Object.hasOwn(MAIL_WRITERS, template);
}

function write<T extends MailTemplate>(template: T, data: MailData[T]): MailText {
  return MAIL_WRITERS[template](data);
}

function contentOf({ subject, paragraphs, action }: MailText, publicUrl: string): MailContent {
  const texts = paragraphs.map((text) => ({ kind: 'text', text }) as const);
  const button = action && ({ kind: 'button', label: action.label, url: new URL(action.path, publicUrl).href } as const);
  return { subject, preheader: paragraphs[1] ?? '', blocks: button ? [...texts, button] : texts };
}

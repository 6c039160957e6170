import type { MailContent, RenderedMail } from './mail-content';
import { htmlOf } from './mail-html';
import { textOf } from './mail-text';

/** Lays a mail out as plain text and as HTML that reads on a phone and in the dark. `from` is the sender, as in MAIL_FROM. */
export function renderMail(content: MailContent, from: string): RenderedMail {
  const subject = oneLine(content.subject);
  return { subject, text: textOf(content), html: htmlOf({ ...content, subject }, senderNameOf(from)) };
}

/** A line break in a subject would begin a header of its own. */
function oneLine(subject: string): string {
  return subject.replace(/\s+/g, ' ').trim();
}

/** `Mercato <shop@mercato.example>` -> `Mercato`. */
function senderNameOf(from: string): string {
  return (
    from
      .replace(/<[^>]*>\s*$/, '')
      .replaceAll('"', '')
      .trim() || from
  );
}

import { MAIL_WRITERS, type MailData, type MailTemplate, type MailText } from './mail.templates';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Puts a mail into words, as plain text and as simple HTML that reads on a phone; links lead to `publicUrl`. */
export function renderMail(template: string, data: Readonly<Record<string, string>>, publicUrl: string): RenderedMail {
  if (!isTemplate(template)) throw new RangeError(`there is no mail template ${template}`);
  const mail = write(template, data as unknown as MailData[typeof template]);
  const url = mail.action ? new URL(mail.action.path, publicUrl).href : null;
  return { subject: oneLine(mail.subject), text: asText(mail, url), html: asHtml(mail, url) };
}

/** Makes text safe to stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function isTemplate(template: string): template is MailTemplate {
  return Object.hasOwn(MAIL_WRITERS, template);
}

function write<T extends MailTemplate>(template: T, data: MailData[T]): MailText {
  return MAIL_WRITERS[template](data);
}

function asText(mail: MailText, url: string | null): string {
  const action = mail.action && url ? [`${mail.action.label}: ${url}`] : [];
  return `${[...mail.paragraphs, ...action].join('\n\n')}\n`;
}

function asHtml(mail: MailText, url: string | null): string {
  const paragraphs = mail.paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n');
  const button =
    mail.action && url
      ? `<p style="margin:28px 0"><a href="${escapeHtml(url)}" style="background:#1f2937;color:#ffffff;padding:12px 20px;border-radius:6px;text-decoration:none;display:inline-block">${escapeHtml(mail.action.label)}</a></p>
<p style="color:#6b7280;font-size:13px;word-break:break-all">${escapeHtml(url)}</p>`
      : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(mail.subject)}</title></head>
<body style="margin:0;background:#f3f4f6;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:1.5;color:#111827">
<div style="max-width:560px;margin:0 auto;padding:24px 12px"><div style="background:#ffffff;border-radius:8px;padding:28px 24px">
<h1 style="font-size:20px;margin:0 0 16px">${escapeHtml(mail.subject)}</h1>
${paragraphs}
${button}
</div></div></body></html>
`;
}

/** A line break in a subject would begin a header of its own. */
function oneLine(subject: string): string {
  return subject.replace(/\s+/g, ' ');
}

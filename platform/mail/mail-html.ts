import type { MailBlock, MailContent, MailFact, MailGoods, MailSum } from './mail-content';

/*
 * One layout for every mail: tables and inline styles, which is what mail programs agree on. The classes only serve the
 * style sheet for dark mode and small screens, which some programs drop; without it the mail still reads.
 */

/** Makes text safe to stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The HTML part of a mail. */
export function htmlOf(content: MailContent, senderName: string): string {
  const subject = escapeHtml(content.subject);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no"><title>${subject}</title><style>${STYLES}</style></head>
<body class="page" style="margin:0;padding:0;background:#f3f4f6;-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(content.preheader)}${FILLER}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f6"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
<tr><td class="soft" style="padding:0 24px 12px;${FONT};font-size:14px;font-weight:600;letter-spacing:.02em;color:#4b5563">${escapeHtml(senderName)}</td></tr>
<tr><td class="card" style="background:#ffffff;border-radius:10px;padding:28px 24px;${FONT};font-size:16px;line-height:1.5;color:#111827">
<h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:700;color:#111827">${unbroken(content.subject)}</h1>
${content.blocks.map(blockHtml).join('\n')}
</td></tr></table>
</td></tr></table></body></html>
`;
}

const FONT = `font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif`;
const TABLE = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"`;

/** Keeps inboxes from filling the preview up with the mail's first lines. */
const FILLER = '&#847;&zwnj;&nbsp;'.repeat(40);

const STYLES = `
@media (max-width:480px){.card{padding:22px 16px!important}.half{display:block!important;width:100%!important;padding-right:0!important}}
@media (prefers-color-scheme:dark){.page{background:#0b0f14!important}.card{background:#161b22!important}
.card,.ink,.card td{color:#e6edf3!important}.soft,.card .soft{color:#9aa7b4!important}.rule{border-color:#30363d!important}
.card .button{color:#ffffff!important;background:#2563eb!important}.card a.link{color:#7cb3ff!important}}`;

function blockHtml(block: MailBlock): string {
  switch (block.kind) {
    case 'text':
      return `<p style="margin:0 0 14px">${escapeHtml(block.text)}</p>`;
    case 'heading':
      return `<h2 class="ink" style="margin:26px 0 8px;font-size:17px;line-height:1.3;color:#111827">${escapeHtml(block.text)}</h2>`;
    case 'button':
      return buttonHtml(block.label, block.url);
    case 'goods':
      return `${TABLE} style="margin:8px 0 14px">${goodsRows(block.goods)}</table>`;
    case 'sums':
      return `${TABLE} style="margin:0 0 18px">${block.sums.map(sumHtml).join('\n')}</table>`;
    case 'facts':
      return factsHtml(block.facts);
    case 'note':
      return `<p class="soft" style="margin:18px 0 0;font-size:13px;line-height:1.5;color:#6b7280">${escapeHtml(block.text)}${
        block.link ? ` ${linkHtml(block.link.label, block.link.url)}` : ''
      }</p>`;
  }
}

/** Keeps what is no word, such as an order's number, in one line. */
function unbroken(text: string): string {
  const keep = (part: string): string =>
    /\d-|-\d/.test(part) && part.length <= 20 ? `<span style="white-space:nowrap">${escapeHtml(part)}</span>` : escapeHtml(part);
  return text.split(' ').map(keep).join(' ');
}

/** The address is also written out: some programs show no buttons, and careful people read before they click. */
function buttonHtml(label: string, url: string): string {
  const address = escapeHtml(url);
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:22px 0 10px"><tr><td bgcolor="#1d4ed8" style="border-radius:8px">
<a class="button" href="${address}" style="display:inline-block;padding:13px 22px;${FONT};font-size:16px;font-weight:600;line-height:1.2;color:#ffffff;background:#1d4ed8;border-radius:8px;text-decoration:none">${escapeHtml(label)}</a></td></tr></table>
<p class="soft" style="margin:0 0 18px;font-size:12px;line-height:1.4;color:#6b7280;word-break:break-all">${address}</p>`;
}

/** Names stand below one another, also of goods without a picture. */
function goodsRows(goods: readonly MailGoods[]): string {
  const hasPictures = goods.some(({ imageUrl }) => imageUrl !== null);
  return goods.map((each) => goodsHtml(each, hasPictures)).join('\n');
}

function goodsHtml({ name, detail, quantity, amount, imageUrl }: MailGoods, hasPictures: boolean): string {
  const picture = imageUrl
    ? `<img src="${escapeHtml(imageUrl)}" width="56" height="56" alt="${escapeHtml(name)}" style="display:block;width:56px;height:56px;border-radius:6px;object-fit:cover;font-size:10px;line-height:1.2;overflow:hidden">`
    : '';
  const about = [detail, `${quantity} ×`].filter((part) => part !== '').join(' · ');
  return `<tr><td class="rule" width="${hasPictures ? 56 : 0}" valign="top" style="width:${hasPictures ? 56 : 0}px;padding:10px 0;border-bottom:1px solid #e5e7eb">${picture}</td>
<td class="rule" valign="top" style="padding:10px ${hasPictures ? '12px' : '12px 10px 0'};border-bottom:1px solid #e5e7eb;word-break:break-word"><strong style="font-weight:600">${escapeHtml(name)}</strong><br><span class="soft" style="font-size:14px;color:#6b7280">${escapeHtml(about)}</span></td>
<td class="rule" valign="top" align="right" style="padding:10px 0;border-bottom:1px solid #e5e7eb;white-space:nowrap">${escapeHtml(amount ?? '')}</td></tr>`;
}

function sumHtml({ label, amount, isTotal = false }: MailSum): string {
  const style = isTotal ? 'padding:10px 0 4px;font-size:18px;font-weight:700' : 'padding:4px 0';
  return `<tr><td style="${style}">${escapeHtml(label)}</td><td align="right" style="${style};white-space:nowrap">${escapeHtml(amount)}</td></tr>`;
}

/** Two side by side, one below the other on a phone. */
function factsHtml(facts: readonly MailFact[]): string {
  const cells = facts.map(
    ({ label, lines, url }) =>
      `<td class="half" width="50%" valign="top" style="padding:0 16px 16px 0;word-break:break-word"><span class="soft" style="font-size:13px;color:#6b7280">${escapeHtml(label)}</span><br>${lines
        .map((line, at) => (url && at === lines.length - 1 ? linkHtml(line, url) : escapeHtml(line)))
        .join('<br>')}</td>`,
  );
  const rows = Array.from({ length: Math.ceil(cells.length / 2) }, (_, at) => cells.slice(at * 2, at * 2 + 2).join(''));
  return `${TABLE} style="margin:10px 0 0">${rows.map((row) => `<tr>${row}</tr>`).join('')}</table>`;
}

function linkHtml(label: string, url: string): string {
  return `<a class="link" href="${escapeHtml(url)}" style="color:#1d4ed8">${escapeHtml(label)}</a>`;
}

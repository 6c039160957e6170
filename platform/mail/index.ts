export { linkOf, type MailBlock, type MailContent, type MailGoods, type MailSum, type RenderedMail } from './mail-content';
export { createMailTransport, messageIdOf, type MailOutcome, type MailTransport, type OutgoingMessage } from './mail-transport';
export { createMailboxRoutes, type Mailbox, type MailboxEntry } from './mailbox-routes';
export { renderMail } from './render-mail';
export { escapeHtml } from './mail-html';

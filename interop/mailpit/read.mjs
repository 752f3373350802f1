// Reads mails with mailpit-api, unmodified, as a test would, and prints what came of it as one line of JSON.
// Words: the address of the control API.
import { MailpitClient } from 'mailpit-api';

const mailpit = new MailpitClient(process.argv[2]);
const seen = {};
const message = await mailpit.waitForMessage({ query: 'to:bob@fabrikam.com subject:Scan' }, { timeout: 20000, interval: 20 });
seen.from = message.From.Address;
seen.to = message.To.map((a) => a.Address);
seen.bcc = message.Bcc.map((a) => a.Address);
seen.username = message.Username;
seen.text = message.Text.trim();
seen.attachment = message.Attachments[0].FileName;
const blob = await mailpit.getMessageAttachment(message.ID, message.Attachments[0].PartID);
seen.type = blob.type;
seen.content = (await blob.text()).slice(0, 5);
seen.raw = (await mailpit.getMessageSource()).includes('Subject: Scan');
seen.header = (await mailpit.getMessageHeaders(message.ID)).Subject;
const list = await mailpit.listMessages();
seen.listed = [list.total, list.unread, list.messages_count, list.messages[0].Read, list.messages[0].Attachments];
await mailpit.setReadStatus({ Read: false, IDs: [message.ID] });
seen.unread = (await mailpit.searchMessages({ query: 'is:unread has:attachment' })).messages_count;
seen.none = (await mailpit.searchMessages({ query: '-from:admin@contoso.com' })).messages_count;
seen.info = (await mailpit.getInfo()).Messages;
seen.tags = await mailpit.getTags();
seen.deleted = await mailpit.deleteMessagesBySearch({ query: 'subject:Scan' });
seen.left = (await mailpit.waitForMessages({ count: 0 })).total;
seen.all = await mailpit.deleteMessages();
try {
  await mailpit.getMessageSummary(message.ID);
} catch (error) {
  seen.gone = error.message.replace(/ at .*?: /, ': ');
}
console.log(JSON.stringify(seen));

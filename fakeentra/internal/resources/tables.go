package resources

import (
	"crypto/sha256"
	"fmt"
)

// The permissions of Microsoft's APIs that a printer, or a program that stands in for one, asks for. Neither list is
// all that Microsoft has: Config.Resources, the phrase "entra resource" and POST /applications add to them.
//
// Names: [D] learn.microsoft.com, how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth, and the permissions
// reference of Microsoft Graph, which has Graph's ids and the texts of the consent page too. Ids of Exchange's IMAP,
// POP and SMTP permissions: [R] registrations in public repositories, which name them by Graph's. Roots:
// docs/reference/entra.md §3.1 [C]. A permission without an id here gets one of ours.

// Exchange is Exchange Online, which Outlook's addresses belong to.
var Exchange = &API{
	Name: "Office 365 Exchange Online", ID: "00000002-0000-0ff1-ce00-000000000000",
	Roots:    []string{"https://outlook.office.com", "https://outlook.office365.com"},
	Audience: "https://outlook.office.com", partial: true,
	Scopes: []Permission{
		smtpSend, imapAccess, popAccess,
		{Name: "EWS.AccessAsUser.All", ID: "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5", Text: "Access mailboxes as the signed-in user via Exchange Web Services"},
		{Name: "Mail.Send", Text: "Send mail as you"},
		{Name: "Mail.Read", Text: "Read your mail"},
		{Name: "Mail.ReadWrite", Text: "Read and write access to your mail"},
		{Name: "EAS.AccessAsUser.All", Text: "Access mailboxes via Exchange ActiveSync"},
		{Name: "Calendars.ReadWrite", Text: "Have full access to your calendars"},
		{Name: "Contacts.ReadWrite", Text: "Have full access to your contacts"},
		{Name: "User.Read", Text: "Sign you in and read your profile"},
	},
	Roles: []Permission{
		{Name: "SMTP.SendAsApp", Text: "Send mail as any user via SMTP AUTH"},
		{Name: "IMAP.AccessAsApp", Text: "Read and write access to all mailboxes via IMAP"},
		{Name: "POP.AccessAsApp", Text: "Read and write access to all mailboxes via POP"},
		{Name: "Mail.Send", Text: "Send mail as any user"},
		{Name: "full_access_as_app", ID: "dc890d15-9560-4a4c-9b7f-a736ec74ec40", Text: "Use Exchange Web Services with full access to all mailboxes"},
	},
}

// Permissions that Exchange Online and Graph share.
var (
	smtpSend   = Permission{Name: "SMTP.Send", ID: "258f6531-6087-4cc4-bb90-092c5fb3ed3f", Text: "Send emails from mailboxes using SMTP AUTH"}
	imapAccess = Permission{Name: "IMAP.AccessAsUser.All", ID: "652390e4-393a-48de-9484-05f9b1212954", Text: "Read and write access to mailboxes via IMAP"}
	popAccess  = Permission{Name: "POP.AccessAsUser.All", ID: "d7b7f2d9-0f45-4ea1-9d42-e50810c06991", Text: "Read and write access to mailboxes via POP"}
)

// Graph is Microsoft Graph.
var Graph = &API{
	Name: "Microsoft Graph", ID: "00000003-0000-0000-c000-000000000000",
	Roots: []string{"https://graph.microsoft.com"}, Audience: "https://graph.microsoft.com", partial: true,
	Scopes: []Permission{
		{Name: "User.Read", ID: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", Text: "Sign you in and read your profile"},
		{Name: "Mail.Send", ID: "e383f46e-2787-4529-855e-0e479a3ffac0", Text: "Send mail as you"},
		{Name: "Mail.Read", ID: "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", Text: "Read your mail"},
		smtpSend, imapAccess, popAccess,
		{Name: "email", ID: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", Text: "View your email address"},
		{Name: "openid", ID: "37f7f235-527c-4136-accd-4a02d197296e", Text: "Sign you in"},
		{Name: "profile", ID: "14dad69e-099b-42c9-810b-d002981feec1", Text: "View your basic profile"},
		{Name: "offline_access", ID: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", Text: "Maintain access to data you have given it access to"},
		{Name: "Mail.ReadBasic", ID: "a4b8392a-d8d1-4954-a029-8e668a39a170", Text: "Read your basic mail"},
		{Name: "Mail.ReadWrite", ID: "024d486e-b451-40bb-833d-3e66d98c5c73", Text: "Read and write access to your mail"},
		{Name: "Calendars.Read", ID: "465a38f9-76ea-45b9-9f34-9e8b0d4b0b42", Text: "Read your calendars"},
		{Name: "Calendars.ReadWrite", ID: "1ec239c2-d7c9-4623-a91a-a9775856bb36", Text: "Have full access to your calendars"},
		{Name: "Contacts.Read", ID: "ff74d97f-43af-4b68-9f2a-b77ee6968c5d", Text: "Read your contacts"},
		{Name: "Contacts.ReadWrite", ID: "d56682ec-c09e-4743-aaf4-1a3aac4caa21", Text: "Have full access to your contacts"},
		{Name: "Files.Read", ID: "10465720-29dd-4523-a11a-6a75c743c9d9", Text: "Read your files"},
		{Name: "Files.ReadWrite", ID: "5c28f0bf-8a70-41f1-8ab2-9032436ddb65", Text: "Have full access to your files"},
		{Name: "Files.ReadWrite.All", ID: "863451e7-0667-486c-a5d6-d135439485f0", Text: "Have full access to all files you have access to"},
		{Name: "User.ReadBasic.All", ID: "b340eb25-3456-403f-be2f-af7a0d370277", Text: "Read all users' basic profiles"},
		{Name: "User.Read.All", ID: "a154be20-db9c-4678-8ab7-66f6cc099a59", Text: "Read all users' full profiles", Admin: true},
		{Name: "Directory.Read.All", ID: "06da0dbc-49e2-44d2-8312-53f166ab848a", Text: "Read directory data", Admin: true},
		{Name: "Group.Read.All", ID: "5f8c59db-677d-491f-a6b8-5f174b11ec1d", Text: "Read all groups", Admin: true},
	},
	Roles: []Permission{
		{Name: "Mail.Send", ID: "b633e1c5-b582-4048-a93e-9f11b44c7e96", Text: "Send mail as any user"},
		{Name: "User.Read.All", ID: "df021288-bdef-4463-88db-98f22de89214", Text: "Read all users' full profiles"},
		{Name: "Mail.Read", ID: "810c84a8-4a9e-49e6-bf7d-12d183f40d01", Text: "Read mail in all mailboxes"},
		{Name: "Directory.Read.All", ID: "7ab1d382-f21e-4acd-a863-ba3e13f7da61", Text: "Read directory data"},
	},
}

// ScopeID and RoleID are the ids by which registrations name a permission.
func (r *API) ScopeID(name string) string { return r.id("scope", r.Scopes, name) }

// RoleID is likewise.
func (r *API) RoleID(name string) string { return r.id("role", r.Roles, name) }

func (r *API) id(kind string, list []Permission, name string) string {
	if i := indexOf(list, name); i >= 0 && list[i].ID != "" {
		return list[i].ID
	}
	sum := sha256.Sum256([]byte(kind + " " + r.ID + " " + name))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // RFC 9562 §5.4
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

package texts

// greek holds the pages' words in Greek, by the English ones. Where the printer's Greek guide gives a word it is that
// one; the rest is our own translation, not Microsoft's.
var greek = map[string]wording{
	"This is a simulation by mfpsim, not a page of Microsoft. Type no real password here.": {
		"Προσομοίωση του mfpsim, όχι σελίδα της Microsoft· η ελληνική διατύπωση είναι δική μας. Μην πληκτρολογήσετε πραγματικό κωδικό πρόσβασης εδώ.",
		"ours",
	},
	"Enter code to allow access": {
		"Εισαγάγετε κωδικό για να επιτρέψετε την πρόσβαση",
		"ours",
	},
	"Enter the code that is displayed on your device.": {
		"Εισαγάγετε τον κωδικό που εμφανίζεται στη συσκευή σας.",
		"ours",
	},
	"Code": {
		"Κωδικός",
		"ours",
	},
	"That code didn't work. Check the code and try again.": {
		"Αυτός ο κωδικός δεν λειτούργησε. Ελέγξτε τον κωδικό και δοκιμάστε ξανά.",
		"ours",
	},
	"Next": {
		"Επόμενο",
		"guide step 8",
	},
	"Back": {
		"Πίσω",
		"ours",
	},
	"Sign in": {
		"Σύνδεση",
		"guide step 10",
	},
	"You're signing in to {app} on another device located in {country}. If it's not you, close this page.": {
		"Συνδέεστε στην εφαρμογή {app} σε άλλη συσκευή που βρίσκεται στη χώρα: {country}. Εάν δεν είστε εσείς, κλείστε αυτή τη σελίδα.",
		"ours",
	},
	"Email, phone, or Skype": {
		"Email, τηλέφωνο ή Skype",
		"ours",
	},
	"Enter a valid email address, phone number, or Skype name.": {
		"Εισαγάγετε έγκυρη διεύθυνση email, αριθμό τηλεφώνου ή όνομα Skype.",
		"ours",
	},
	"We couldn't find an account with that username. Try another, or get a new Microsoft account.": {
		"Δεν βρήκαμε λογαριασμό με αυτό το όνομα χρήστη. Δοκιμάστε άλλον ή αποκτήστε νέο λογαριασμό Microsoft.",
		"ours",
	},
	"This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.": {
		"Αυτό το όνομα χρήστη ίσως είναι εσφαλμένο. Βεβαιωθείτε ότι το πληκτρολογήσατε σωστά. Διαφορετικά, επικοινωνήστε με τον διαχειριστή σας.",
		"ours",
	},
	"Enter password": {
		"Εισαγωγή κωδικού πρόσβασης",
		"ours",
	},
	"Password": {
		"Κωδικός πρόσβασης",
		"ours",
	},
	"Please enter your password.": {
		"Εισαγάγετε τον κωδικό πρόσβασής σας.",
		"ours",
	},
	"Your account or password is incorrect. If you don't remember your password, reset it now.": {
		"Ο λογαριασμός ή ο κωδικός πρόσβασής σας είναι εσφαλμένος. Εάν δεν θυμάστε τον κωδικό πρόσβασής σας, επαναφέρετέ τον τώρα.",
		"ours",
	},
	"Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have trouble, contact your admin.": {
		"Ο λογαριασμός σας έχει κλειδωθεί προσωρινά για την αποτροπή μη εξουσιοδοτημένης χρήσης. Δοκιμάστε ξανά αργότερα και, εάν το πρόβλημα παραμένει, επικοινωνήστε με τον διαχειριστή σας.",
		"ours",
	},
	"Your account has been locked. Contact your support person to unlock it, then try again.": {
		"Ο λογαριασμός σας έχει κλειδωθεί. Επικοινωνήστε με τον υπεύθυνο υποστήριξης για να τον ξεκλειδώσει και, στη συνέχεια, δοκιμάστε ξανά.",
		"ours",
	},
	"Sign In": {
		"Σύνδεση",
		"guide step 10",
	},
	"Approve sign in request": {
		"Εγκρίνετε το αίτημα σύνδεσης",
		"ours",
	},
	"Verify your identity": {
		"Επαληθεύστε την ταυτότητά σας",
		"ours",
	},
	"The simulation has no second device: this button stands for it.": {
		"Η προσομοίωση δεν έχει δεύτερη συσκευή: αυτό το κουμπί την αντικαθιστά.",
		"ours",
	},
	"Approve": {
		"Έγκριση",
		"ours",
	},
	"More information required": {
		"Απαιτούνται περισσότερες πληροφορίες",
		"ours",
	},
	"Your organization needs more information to keep your account secure": {
		"Ο οργανισμός σας χρειάζεται περισσότερες πληροφορίες για την ασφάλεια του λογαριασμού σας",
		"ours",
	},
	"Use a different account": {
		"Χρήση διαφορετικού λογαριασμού",
		"ours",
	},
	"Are you trying to sign in to {app}?": {
		"Προσπαθείτε να συνδεθείτε στην εφαρμογή {app};",
		"ours",
	},
	"Only continue if you downloaded the app from a store or website that you trust.": {
		"Συνεχίστε μόνο εάν κάνατε λήψη της εφαρμογής από κατάστημα ή τοποθεσία web που εμπιστεύεστε.",
		"ours",
	},
	"Continue": {
		"Συνέχεια",
		"ours",
	},
	"Cancel": {
		"Άκυρο",
		"ours",
	},
	"Permissions requested": {
		"Απαιτούμενα δικαιώματα",
		"ours; the guide's step 11 says «οθόνη με τις απαιτούμενες πληροφορίες»",
	},
	"This app would like to:": {
		"Αυτή η εφαρμογή θα ήθελε να:",
		"ours",
	},
	"unverified": {
		"μη επαληθευμένη",
		"ours",
	},
	"Consent on behalf of your organization": {
		"Συναίνεση εκ μέρους του οργανισμού",
		"guide chapter 4",
	},
	"Accepting these permissions means that you allow this app to use your data. You can change these permissions at https://myapps.microsoft.com.": {
		"Η αποδοχή αυτών των δικαιωμάτων σημαίνει ότι επιτρέπετε σε αυτήν την εφαρμογή να χρησιμοποιεί τα δεδομένα σας. Μπορείτε να αλλάξετε αυτά τα δικαιώματα στη διεύθυνση https://myapps.microsoft.com.",
		"ours",
	},
	"Does this app look suspicious? Report it here": {
		"Σας φαίνεται ύποπτη αυτή η εφαρμογή; Αναφέρετέ την εδώ",
		"ours",
	},
	"Accept": {
		"Αποδοχή",
		"guide step 11",
	},
	"Need admin approval": {
		"Απαιτείται έγκριση διαχειριστή",
		"ours",
	},
	"{app} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.": {
		"Η εφαρμογή {app} χρειάζεται δικαίωμα πρόσβασης σε πόρους του οργανισμού σας που μόνο ένας διαχειριστής μπορεί να εκχωρήσει. Ζητήστε από έναν διαχειριστή να εκχωρήσει το δικαίωμα σε αυτήν την εφαρμογή προτού τη χρησιμοποιήσετε.",
		"ours",
	},
	"Have an admin account? Sign in with that account": {
		"Έχετε λογαριασμό διαχειριστή; Συνδεθείτε με αυτόν τον λογαριασμό",
		"ours",
	},
	"Return to the application without granting consent": {
		"Επιστροφή στην εφαρμογή χωρίς παροχή συναίνεσης",
		"ours",
	},
	"You cannot access this right now": {
		"Δεν έχετε πρόσβαση αυτήν τη στιγμή",
		"ours",
	},
	"Your sign-in was successful but does not meet the criteria to access this resource. For example, you might be signing in from a browser, app, location, or an authentication flow that is restricted by your admin.": {
		"Η σύνδεσή σας ήταν επιτυχής, αλλά δεν πληροί τα κριτήρια για πρόσβαση σε αυτόν τον πόρο. Για παράδειγμα, ίσως συνδέεστε από πρόγραμμα περιήγησης, εφαρμογή, τοποθεσία ή ροή ελέγχου ταυτότητας που έχει περιορίσει ο διαχειριστής σας.",
		"ours",
	},
	"Sign out and sign in with a different account": {
		"Αποσύνδεση και σύνδεση με διαφορετικό λογαριασμό",
		"ours",
	},
	"More details": {
		"Περισσότερες λεπτομέρειες",
		"ours",
	},
	"Help us keep your device secure": {
		"Βοηθήστε μας να διατηρήσουμε τη συσκευή σας ασφαλή",
		"ours",
	},
	"Your sign-in was successful but your admin requires the device requesting access to be managed by {tenant} to access this resource.": {
		"Η σύνδεσή σας ήταν επιτυχής, αλλά ο διαχειριστής σας απαιτεί η συσκευή που ζητά πρόσβαση να διαχειρίζεται από: {tenant}.",
		"ours",
	},
	"Sorry, but we’re having trouble signing you in.": {
		"Λυπούμαστε, αλλά αντιμετωπίζουμε πρόβλημα με τη σύνδεσή σας.",
		"ours",
	},
	"Troubleshooting details": {
		"Λεπτομέρειες αντιμετώπισης προβλημάτων",
		"ours",
	},
	"If you contact your administrator, send this info to them.": {
		"Εάν επικοινωνήσετε με τον διαχειριστή σας, στείλτε του αυτές τις πληροφορίες.",
		"ours",
	},
	"You have signed in to the {app} application on your device. You may now close this window.": {
		"Έχετε συνδεθεί στην εφαρμογή {app} στη συσκευή σας. Τώρα μπορείτε να κλείσετε αυτό το παράθυρο.",
		"ours",
	},
	"You have cancelled the sign-in": {
		"Ακυρώσατε τη σύνδεση",
		"ours",
	},
	"{app} was not signed in. You may now close this window.": {
		"Η εφαρμογή {app} δεν συνδέθηκε. Τώρα μπορείτε να κλείσετε αυτό το παράθυρο.",
		"ours",
	},
	"This page is not simulated": {
		"Αυτή η σελίδα δεν προσομοιώνεται",
		"ours",
	},
	"mfpsim fakeentra has no {path}.": {
		"Το mfpsim fakeentra δεν έχει {path}.",
		"ours",
	},
	"Test accounts": {
		"Δοκιμαστικοί λογαριασμοί",
		"ours",
	},
	"The people of this bench. Choose one instead of typing.": {
		"Οι χρήστες του πάγκου. Επιλέξτε έναν αντί να πληκτρολογήσετε.",
		"ours",
	},
	"Type this test account's password and sign in for me": {
		"Πληκτρολογήστε για μένα τον κωδικό πρόσβασης αυτού του δοκιμαστικού λογαριασμού και συνδέστε με",
		"ours",
	},
	"no role": {
		"κανένας ρόλος",
		"ours",
	},
	"Error code": {
		"Κωδικός σφάλματος",
		"guide: column head",
	},
	"The simulation's catalogue of AADSTS numbers says:": {
		"Ο κατάλογος AADSTS της προσομοίωσης λέει:",
		"ours",
	},
	"The simulation's catalogue has no such number.": {
		"Ο κατάλογος της προσομοίωσης δεν έχει τέτοιο αριθμό.",
		"ours",
	},
	"AADSTS number": {
		"Αριθμός AADSTS",
		"ours",
	},
	"Look up": {
		"Αναζήτηση",
		"ours",
	},
	"Pick an account": {
		"Επιλέξτε λογαριασμό",
		"ours",
	},
	"Use another account": {
		"Χρήση άλλου λογαριασμού",
		"ours",
	},
	"Stay signed in?": {
		"Να παραμείνετε συνδεδεμένοι;",
		"ours",
	},
	"Do this to reduce the number of times you are asked to sign in.": {
		"Με αυτόν τον τρόπο θα σας ζητείται λιγότερο συχνά να συνδεθείτε.",
		"ours",
	},
	"Don't show this again": {
		"Να μην εμφανιστεί ξανά",
		"ours",
	},
	"Yes": {
		"Ναι",
		"ours",
	},
	"No": {
		"Όχι",
		"ours",
	},
	"Update your password": {
		"Ενημερώστε τον κωδικό πρόσβασής σας",
		"ours",
	},
	"You need to update your password because this is the first time you are signing in, or because your password has expired.": {
		"Πρέπει να ενημερώσετε τον κωδικό πρόσβασής σας επειδή συνδέεστε για πρώτη φορά ή επειδή ο κωδικός πρόσβασής σας έχει λήξει.",
		"ours",
	},
	"New password": {
		"Νέος κωδικός πρόσβασης",
		"ours",
	},
	"Choose a password that you have not used before.": {
		"Επιλέξτε κωδικό πρόσβασης που δεν έχετε χρησιμοποιήσει ξανά.",
		"ours",
	},
	"Approval required": {
		"Απαιτείται έγκριση",
		"ours",
	},
	"This app requires your admin's approval to:": {
		"Αυτή η εφαρμογή απαιτεί την έγκριση του διαχειριστή σας για να:",
		"ours",
	},
	"Enter justification for requesting this app": {
		"Εισαγάγετε αιτιολόγηση για το αίτημα αυτής της εφαρμογής",
		"ours",
	},
	"Request approval": {
		"Αίτημα έγκρισης",
		"ours",
	},
	"Request sent": {
		"Το αίτημα στάλθηκε",
		"ours",
	},
	"You can't get there from here": {
		"Δεν μπορείτε να μεταβείτε εκεί από εδώ",
		"ours",
	},
	"This application contains sensitive information and can only be accessed from: Devices or client applications that meet {tenant} management compliance policy.": {
		"Αυτή η εφαρμογή περιέχει ευαίσθητες πληροφορίες και είναι προσβάσιμη μόνο από: Συσκευές ή εφαρμογές-πελάτες που πληρούν την πολιτική συμμόρφωσης διαχείρισης: {tenant}.",
		"ours",
	},
	"Send emails from mailboxes using SMTP AUTH": {
		"Στέλνει email από γραμματοκιβώτια μέσω SMTP AUTH",
		"ours",
	},
	"Maintain access to data you have given it access to": {
		"Διατηρεί την πρόσβαση σε δεδομένα στα οποία της έχετε δώσει πρόσβαση",
		"ours",
	},
	"Sign you in": {
		"Σας συνδέει",
		"ours",
	},
	"View your basic profile": {
		"Προβάλλει το βασικό προφίλ σας",
		"ours",
	},
	"View your email address": {
		"Προβάλλει τη διεύθυνση email σας",
		"ours",
	},
	"to continue to {app}": {
		"για να συνεχίσετε στην εφαρμογή {app}",
		"ours",
	},
	"You signed out of your account": {
		"Αποσυνδεθήκατε από τον λογαριασμό σας",
		"ours",
	},
	"It's a good idea to close all browser windows.": {
		"Καλό είναι να κλείσετε όλα τα παράθυρα του προγράμματος περιήγησης.",
		"ours",
	},
	"Your admin has to approve {app} before you can use it.": {
		"Ο διαχειριστής σας πρέπει να εγκρίνει την εφαρμογή {app} προτού τη χρησιμοποιήσετε.",
		"ours",
	},
	"To sign in, use a web browser to open the page {uri} and enter the code {code} to authenticate.": {
		"Για να συνδεθείτε, ανοίξτε τη σελίδα {uri} σε πρόγραμμα περιήγησης και εισαγάγετε τον κωδικό {code} για έλεγχο ταυτότητας.",
		"ours",
	},
}

package texts

// hindi holds the pages' words in Hindi, by the English ones. Where the printer's Hindi guide gives a word it is that
// one (it leaves "Next" and "Sign In" in English); the rest is our own translation, not Microsoft's.
var hindi = map[string]wording{
	"This is a simulation by mfpsim, not a page of Microsoft. Type no real password here.": {
		"यह mfpsim का सिमुलेशन है, Microsoft का पेज नहीं, और इसका हिन्दी अनुवाद हमारा है। यहाँ कोई असली पासवर्ड न लिखें।",
		"ours",
	},
	"Enter code to allow access": {
		"पहुँच की अनुमति देने के लिए कोड दर्ज करें",
		"ours",
	},
	"Enter the code that is displayed on your device.": {
		"अपने डिवाइस पर दिखाया गया कोड दर्ज करें।",
		"ours",
	},
	"Code": {
		"कोड",
		"ours",
	},
	"That code didn't work. Check the code and try again.": {
		"उस कोड ने काम नहीं किया। कोड जाँचें और फिर से प्रयास करें।",
		"ours",
	},
	"Next": {
		"Next",
		"guide step 8",
	},
	"Back": {
		"वापस",
		"ours",
	},
	"Sign in": {
		"साइन इन करें",
		"ours",
	},
	"You're signing in to {app} on another device located in {country}. If it's not you, close this page.": {
		"आप {country} में स्थित किसी अन्य डिवाइस पर {app} में साइन इन कर रहे हैं। यदि यह आप नहीं हैं, तो यह पृष्ठ बंद करें।",
		"ours",
	},
	"Email, phone, or Skype": {
		"ईमेल, फ़ोन या Skype",
		"ours",
	},
	"Enter a valid email address, phone number, or Skype name.": {
		"मान्य ईमेल पता, फ़ोन नंबर या Skype नाम दर्ज करें।",
		"ours",
	},
	"We couldn't find an account with that username. Try another, or get a new Microsoft account.": {
		"हमें उस उपयोगकर्ता नाम वाला कोई खाता नहीं मिला। कोई दूसरा आज़माएँ, या नया Microsoft खाता लें।",
		"ours",
	},
	"This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.": {
		"हो सकता है कि यह उपयोगकर्ता नाम ग़लत हो। जाँचें कि आपने इसे सही लिखा है। अन्यथा अपने व्यवस्थापक से संपर्क करें।",
		"ours",
	},
	"Enter password": {
		"पासवर्ड दर्ज करें",
		"ours",
	},
	"Password": {
		"पासवर्ड",
		"ours",
	},
	"Please enter your password.": {
		"कृपया अपना पासवर्ड दर्ज करें।",
		"ours",
	},
	"Your account or password is incorrect. If you don't remember your password, reset it now.": {
		"आपका खाता या पासवर्ड ग़लत है। यदि आपको अपना पासवर्ड याद नहीं है, तो उसे अभी रीसेट करें।",
		"ours",
	},
	"Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have trouble, contact your admin.": {
		"अनधिकृत उपयोग रोकने के लिए आपका खाता कुछ समय के लिए लॉक है। बाद में फिर प्रयास करें, और यदि फिर भी समस्या हो, तो अपने व्यवस्थापक से संपर्क करें।",
		"ours",
	},
	"Your account has been locked. Contact your support person to unlock it, then try again.": {
		"आपका खाता लॉक कर दिया गया है। इसे खुलवाने के लिए अपने सहायता कर्मी से संपर्क करें, और फिर से प्रयास करें।",
		"ours",
	},
	"Sign In": {
		"Sign In",
		"guide step 10",
	},
	"Approve sign in request": {
		"साइन इन अनुरोध स्वीकृत करें",
		"ours",
	},
	"Verify your identity": {
		"अपनी पहचान सत्यापित करें",
		"ours",
	},
	"The simulation has no second device: this button stands for it.": {
		"सिमुलेशन में दूसरा डिवाइस नहीं है: यह बटन उसकी जगह है।",
		"ours",
	},
	"Approve": {
		"स्वीकृत करें",
		"ours",
	},
	"More information required": {
		"अधिक जानकारी आवश्यक है",
		"ours",
	},
	"Your organization needs more information to keep your account secure": {
		"आपका खाता सुरक्षित रखने के लिए आपके संगठन को अधिक जानकारी चाहिए",
		"ours",
	},
	"Use a different account": {
		"किसी अन्य खाते का उपयोग करें",
		"ours",
	},
	"Are you trying to sign in to {app}?": {
		"क्या आप {app} में साइन इन करने का प्रयास कर रहे हैं?",
		"ours",
	},
	"Only continue if you downloaded the app from a store or website that you trust.": {
		"केवल तभी जारी रखें जब आपने ऐप किसी विश्वसनीय स्टोर या वेबसाइट से डाउनलोड किया हो।",
		"ours",
	},
	"Continue": {
		"जारी रखें",
		"ours",
	},
	"Cancel": {
		"रद्द करें",
		"ours",
	},
	"Permissions requested": {
		"अनुरोध की गई अनुमति",
		"guide step 11",
	},
	"This app would like to:": {
		"यह ऐप चाहता है:",
		"ours",
	},
	"unverified": {
		"असत्यापित",
		"ours",
	},
	"Consent on behalf of your organization": {
		"संगठन की ओर से सहमति",
		"guide chapter 4",
	},
	"Accepting these permissions means that you allow this app to use your data. You can change these permissions at https://myapps.microsoft.com.": {
		"इन अनुमतियों को स्वीकार करने का अर्थ है कि आप इस ऐप को अपने डेटा का उपयोग करने देते हैं। आप इन अनुमतियों को https://myapps.microsoft.com पर बदल सकते हैं।",
		"ours",
	},
	"Does this app look suspicious? Report it here": {
		"क्या यह ऐप संदिग्ध लगता है? यहाँ रिपोर्ट करें",
		"ours",
	},
	"Accept": {
		"स्वीकार करें",
		"guide step 11",
	},
	"Need admin approval": {
		"व्यवस्थापक की स्वीकृति चाहिए",
		"ours",
	},
	"{app} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.": {
		"{app} को आपके संगठन में ऐसे संसाधनों तक पहुँचने की अनुमति चाहिए जो केवल व्यवस्थापक दे सकता है। इसका उपयोग करने से पहले किसी व्यवस्थापक से इस ऐप को अनुमति देने के लिए कहें।",
		"ours",
	},
	"Have an admin account? Sign in with that account": {
		"क्या आपके पास व्यवस्थापक खाता है? उस खाते से साइन इन करें",
		"ours",
	},
	"Return to the application without granting consent": {
		"सहमति दिए बिना ऐप पर लौटें",
		"ours",
	},
	"You cannot access this right now": {
		"आप अभी इस तक नहीं पहुँच सकते",
		"ours",
	},
	"Your sign-in was successful but does not meet the criteria to access this resource. For example, you might be signing in from a browser, app, location, or an authentication flow that is restricted by your admin.": {
		"आपका साइन-इन सफल रहा, लेकिन इस संसाधन तक पहुँचने के मानदंड पूरे नहीं करता। उदाहरण के लिए, आप ऐसे ब्राउज़र, ऐप, स्थान या प्रमाणीकरण प्रवाह से साइन इन कर रहे हों जिसे आपके व्यवस्थापक ने प्रतिबंधित किया है।",
		"ours",
	},
	"Sign out and sign in with a different account": {
		"साइन आउट करें और किसी अन्य खाते से साइन इन करें",
		"ours",
	},
	"More details": {
		"अधिक विवरण",
		"ours",
	},
	"Help us keep your device secure": {
		"अपने डिवाइस को सुरक्षित रखने में हमारी मदद करें",
		"ours",
	},
	"Your sign-in was successful but your admin requires the device requesting access to be managed by {tenant} to access this resource.": {
		"आपका साइन-इन सफल रहा, लेकिन आपके व्यवस्थापक की शर्त है कि पहुँच माँगने वाला डिवाइस {tenant} द्वारा प्रबंधित हो।",
		"ours",
	},
	"Sorry, but we’re having trouble signing you in.": {
		"क्षमा करें, आपको साइन इन कराने में समस्या हो रही है।",
		"ours",
	},
	"Troubleshooting details": {
		"समस्या निवारण विवरण",
		"ours",
	},
	"If you contact your administrator, send this info to them.": {
		"यदि आप अपने व्यवस्थापक से संपर्क करें, तो उन्हें यह जानकारी भेजें।",
		"ours",
	},
	"You have signed in to the {app} application on your device. You may now close this window.": {
		"आपने अपने डिवाइस पर {app} एप्लिकेशन में साइन इन कर लिया है। अब आप यह विंडो बंद कर सकते हैं।",
		"ours",
	},
	"You have cancelled the sign-in": {
		"आपने साइन-इन रद्द कर दिया है",
		"ours",
	},
	"{app} was not signed in. You may now close this window.": {
		"{app} में साइन इन नहीं किया गया। अब आप यह विंडो बंद कर सकते हैं।",
		"ours",
	},
	"This page is not simulated": {
		"यह पृष्ठ सिमुलेशन में नहीं है",
		"ours",
	},
	"mfpsim fakeentra has no {path}.": {
		"mfpsim fakeentra में {path} नहीं है।",
		"ours",
	},
	"Test accounts": {
		"परीक्षण खाते",
		"ours",
	},
	"The people of this bench. Choose one instead of typing.": {
		"इस बेंच के लोग। लिखने के बजाय किसी एक को चुनें।",
		"ours",
	},
	"Type this test account's password and sign in for me": {
		"मेरे लिए इस परीक्षण खाते का पासवर्ड लिखें और साइन इन करें",
		"ours",
	},
	"no role": {
		"कोई भूमिका नहीं",
		"ours",
	},
	"Error code": {
		"गड़बड़ी कोड",
		"guide: column head",
	},
	"The simulation's catalogue of AADSTS numbers says:": {
		"सिमुलेशन की AADSTS सूची कहती है:",
		"ours",
	},
	"The simulation's catalogue has no such number.": {
		"सिमुलेशन की सूची में ऐसी कोई संख्या नहीं है।",
		"ours",
	},
	"AADSTS number": {
		"AADSTS संख्या",
		"ours",
	},
	"Look up": {
		"खोजें",
		"ours",
	},
	"Pick an account": {
		"कोई खाता चुनें",
		"ours",
	},
	"Use another account": {
		"कोई दूसरा खाता उपयोग करें",
		"ours",
	},
	"Stay signed in?": {
		"साइन इन रहें?",
		"ours",
	},
	"Do this to reduce the number of times you are asked to sign in.": {
		"ऐसा करने से आपसे साइन इन करने के लिए कम बार कहा जाएगा।",
		"ours",
	},
	"Don't show this again": {
		"यह फिर न दिखाएँ",
		"ours",
	},
	"Yes": {
		"हाँ",
		"ours",
	},
	"No": {
		"नहीं",
		"ours",
	},
	"Update your password": {
		"अपना पासवर्ड अपडेट करें",
		"ours",
	},
	"You need to update your password because this is the first time you are signing in, or because your password has expired.": {
		"आपको अपना पासवर्ड अपडेट करना होगा क्योंकि आप पहली बार साइन इन कर रहे हैं, या आपके पासवर्ड की समय-सीमा समाप्त हो गई है।",
		"ours",
	},
	"New password": {
		"नया पासवर्ड",
		"ours",
	},
	"Choose a password that you have not used before.": {
		"ऐसा पासवर्ड चुनें जिसका आपने पहले उपयोग न किया हो।",
		"ours",
	},
	"Approval required": {
		"स्वीकृति आवश्यक है",
		"ours",
	},
	"This app requires your admin's approval to:": {
		"इस ऐप को इसके लिए आपके व्यवस्थापक की स्वीकृति चाहिए:",
		"ours",
	},
	"Enter justification for requesting this app": {
		"इस ऐप का अनुरोध करने का कारण दर्ज करें",
		"ours",
	},
	"Request approval": {
		"स्वीकृति का अनुरोध करें",
		"ours",
	},
	"Request sent": {
		"अनुरोध भेज दिया गया",
		"ours",
	},
	"You can't get there from here": {
		"आप यहाँ से वहाँ नहीं पहुँच सकते",
		"ours",
	},
	"This application contains sensitive information and can only be accessed from: Devices or client applications that meet {tenant} management compliance policy.": {
		"इस एप्लिकेशन में संवेदनशील जानकारी है और इस तक केवल यहाँ से पहुँचा जा सकता है: वे डिवाइस या क्लाइंट एप्लिकेशन जो {tenant} की प्रबंधन अनुपालन नीति पूरी करते हैं।",
		"ours",
	},
	"Send emails from mailboxes using SMTP AUTH": {
		"SMTP AUTH का उपयोग करके मेलबॉक्स से ईमेल भेजना",
		"ours",
	},
	"Maintain access to data you have given it access to": {
		"जिस डेटा की पहुँच आपने दी है उस तक पहुँच बनाए रखना",
		"ours",
	},
	"Sign you in": {
		"आपको साइन इन कराना",
		"ours",
	},
	"View your basic profile": {
		"आपकी मूल प्रोफ़ाइल देखना",
		"ours",
	},
	"View your email address": {
		"आपका ईमेल पता देखना",
		"ours",
	},
	"to continue to {app}": {
		"{app} पर जारी रखने के लिए",
		"ours",
	},
	"You signed out of your account": {
		"आपने अपने खाते से साइन आउट कर लिया है",
		"ours",
	},
	"It's a good idea to close all browser windows.": {
		"सभी ब्राउज़र विंडो बंद कर देना अच्छा रहेगा।",
		"ours",
	},
	"Your admin has to approve {app} before you can use it.": {
		"इसका उपयोग करने से पहले आपके व्यवस्थापक को {app} को स्वीकृति देनी होगी।",
		"ours",
	},
	"To sign in, use a web browser to open the page {uri} and enter the code {code} to authenticate.": {
		"साइन इन करने के लिए, वेब ब्राउज़र में {uri} पृष्ठ खोलें और प्रमाणीकरण के लिए कोड {code} दर्ज करें।",
		"ours",
	},
}

// The pages work without this file: it copies the authentication code, and renews the page that shows it.
'use strict';

for (const key of document.querySelectorAll('button[data-copy]')) {
  const code = document.getElementById(key.dataset.copy);
  key.hidden = !(navigator.clipboard && code);
  key.addEventListener('click', async () => {
    const told = document.getElementById(key.dataset.told);
    try {
      await navigator.clipboard.writeText(code.textContent);
      told.textContent = key.dataset.done;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      told.textContent = key.dataset.failed;
    }
  });
}

const waiting = document.querySelector('[data-renew]');
if (waiting) {
  const every = Number(waiting.dataset.seconds) * 1000;
  const look = async () => {
    try {
      const answer = await fetch(waiting.dataset.renew, {cache: 'no-store', redirect: 'manual'});
      if (answer.status !== 204) { // 204: the code still waits
        location.reload();
        return;
      }
    } catch {
      // The printer does not answer now: look again.
    }
    setTimeout(look, every);
  };
  setTimeout(look, every);
}

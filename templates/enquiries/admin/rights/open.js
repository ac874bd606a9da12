const sealed = JSON.parse(document.querySelector("#sealed").textContent);
const status = document.querySelector("[role=status]");
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

async function decrypt(passphrase) {
  const words = new TextEncoder().encode(passphrase.toUpperCase().replace(/[^A-Z0-9]/g, ""));
  const base = await crypto.subtle.importKey("raw", words, "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: bytes(sealed.salt), iterations: sealed.iterations },
    base, { name: "AES-GCM", length: 256 }, false, ["decrypt"],
  );
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(sealed.nonce) }, key, bytes(sealed.content));
  return JSON.parse(new TextDecoder().decode(plain));
}

document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!globalThis.crypto?.subtle) {
    status.textContent = status.dataset.old;
    return;
  }
  status.textContent = status.dataset.wait;
  let answer;
  try {
    answer = await decrypt(document.querySelector("#passphrase").value);
  } catch {
    status.textContent = status.dataset.wrong;
    return;
  }
  const main = document.querySelector("main");
  main.innerHTML = answer.html;
  const save = document.querySelector("#save").content.cloneNode(true);
  const data = new Blob([JSON.stringify(answer.data, null, 2)], { type: "application/json" });
  save.querySelector("a").href = URL.createObjectURL(data);
  main.append(save);
});

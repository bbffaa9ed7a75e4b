// Lines from before this window came in, read backwards page by page.

const PAGE = 50;
/** The button is there for whoever has scrolled this near to the first line. */
const NEAR_PX = 80;

export class Earlier {
  #button;
  #log;
  #chat;
  #more = false;
  #token;
  #party = null;

  /** `token` gives the bearer token for the API. */
  constructor(button, log, chat, token) {
    this.#button = button;
    this.#log = log;
    this.#chat = chat;
    this.#token = token;
    button.addEventListener('click', () => this.#read());
    log.addEventListener('scroll', () => this.#show(), { passive: true });
  }

  #show() { this.#button.hidden = !this.#more || this.#log.scrollTop > NEAR_PX; }

  attach(party, signal) {
    this.#party = party;
    const look = () => {
      this.#more = Boolean(this.#token()) && this.#chat.first > 1;
      this.#show();
    };
    party.addEventListener('ready', look, { signal });
    signal.addEventListener('abort', () => {
      this.#more = false;
      this.#show();
    });
    look();
  }

  async #read() {
    this.#button.disabled = true;
    try {
      const path = `/api/v1/parties/${encodeURIComponent(this.#party.id)}/chat?limit=${PAGE}&cursor=${this.#chat.first}`;
      const answer = await fetch(path, { headers: { authorization: `Bearer ${this.#token()}` } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { rows, next } = await answer.json();
      this.#chat.before(rows.map(({ seq, at, actor, body }) => ({
        seq, at_ms: Date.parse(at), user: actor, name: body.name ?? 'somebody', text: body.text ?? '', removed: body.text === undefined,
        reply_to: body.reply_to ?? undefined, mentions: body.mentions,
      })));
      this.#more = Boolean(next);
      this.#show();
    } catch {
      this.#button.textContent = 'Earlier lines cannot be read just now. Again?';
    } finally {
      this.#button.disabled = false;
    }
  }
}

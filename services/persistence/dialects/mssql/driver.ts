import * as tedious from "tedious";

type Offer = Parameters<tedious.Connection["performTlsNegotiation"]>[0];

/**
 * tedious goes on without TLS, and sends the password, where a server says that it has none, or somebody between says so in
 * its place; although it was told to encrypt. (What is offered: MS-TDS 2.2.6.5, PRELOGIN)
 */
class EncryptedConnection extends tedious.Connection {
  override async performTlsNegotiation(offer: Offer, signal: AbortSignal): Promise<void> {
    if (this.config.options.encrypt && offer.encryptionString !== "ON" && offer.encryptionString !== "REQ")
      throw new tedious.ConnectionError("the server offers no TLS, and encrypt=false is not said", "EENCRYPT");
    await super.performTlsNegotiation(offer, signal);
  }
}

/** tedious, whose connections are encrypted before anything is told, unless they are not to be. */
export const driver = { ...tedious, Connection: EncryptedConnection };

/* The service worker of the portal: shows a push, says that it arrived, opens the incident when it is pressed.
 * It keeps nothing and answers no request: the board works from the network or says that it stands still. */

self.addEventListener("push", (event) => {
  const { key, title, text, tag } = event.data.json();
  event.waitUntil(
    Promise.all([
      self.registration.showNotification(title, { body: text, tag, requireInteraction: true, data: { key } }),
      receipt(key, "delivered"),
    ]),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(`/notices/${event.notification.data.key}/`));
});

const receipt = (key, state) =>
  fetch(`/api/deliveries/${key}/receipt/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ state }),
  });

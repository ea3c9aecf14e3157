// The endpoint of Loops' guide for Node.js and Express: the same checks, answers and output, in other words.

const { createHmac, timingSafeEqual } = require("node:crypto");
const express = require("express");

const PATH = "/api/webhooks/loops";
const SECRET = process.env.LOOPS_WEBHOOK_SECRET;

function verify(payload, header) {
  const elements = header.split(",");
  const valueOf = (key) => elements.find((element) => element.startsWith(`${key}=`)).split("=")[1];
  const signedAt = valueOf("t");
  const received = valueOf("v1");

  const now = Math.floor(Date.now() / 1000);
  if (Math.abs(now - parseInt(signedAt)) > 300) {
    throw new Error("Webhook timestamp too old");
  }
  const expected = createHmac("sha256", SECRET).update(`${signedAt}.${payload}`).digest("hex");
  if (!timingSafeEqual(Buffer.from(received), Buffer.from(expected))) {
    throw new Error("Invalid signature");
  }
}

const app = express();
app.use(PATH, express.raw({ type: "application/json" }));

app.post(PATH, async (req, res) => {
  const payload = req.body.toString("utf8");
  try {
    verify(payload, req.headers["x-loops-signature"]);
    const event = JSON.parse(payload);
    switch (event.type) {
      case "charge.succeeded":
        await paymentSucceeded(event);
        break;
      case "charge.refunded":
        await paymentRefunded(event);
        break;
      case "checkout.session.completed":
        await checkoutCompleted(event);
        break;
      case "customer.subscription.created":
        await subscriptionCreated(event);
        break;
      default:
        console.log(`Unhandled event type: ${event.type}`);
    }
    res.status(200).json({ received: true });
  } catch (error) {
    console.error("Webhook error:", error);
    res.status(400).json({ error: error.message });
  }
});

async function paymentSucceeded(event) {
  const charge = event.data.object;
  console.log("Payment succeeded:", {
    amount: charge.amount / 100,
    currency: charge.currency,
    customer: charge.billing_details.name,
    email: charge.billing_details.email,
    description: charge.description,
  });
}

async function paymentRefunded(event) {
  const charge = event.data.object;
  console.log("Payment refunded:", {
    amount: charge.amount_refunded / 100,
    currency: charge.currency,
    customer: charge.billing_details.email,
  });
}

async function checkoutCompleted(event) {
  const session = event.data.object;
  console.log("Checkout completed:", {
    amount: session.amount_total / 100,
    customer: session.customer_details.email,
    status: session.payment_status,
  });
}

// The guide calls this one and does not show it.
async function subscriptionCreated(event) {
  const subscription = event.data.object;
  console.log("Subscription created:", {
    status: subscription.status,
    customer: subscription.customer,
  });
}

const [host, port] = process.argv[2].split(":");
app.listen(Number(port), host, () => console.log(`listening on http://${host}:${port}${PATH}`));

let thing = client.get_thing(&id).await.unwrap().into_inner();
let _: (String, Option<String>) = (thing.name, thing.note);

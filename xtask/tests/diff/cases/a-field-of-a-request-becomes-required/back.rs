let (name, note) = ("a".to_owned(), "b".to_owned());
let mut thing = types::NewThing::new(types::NewThingRequired { name, note });
thing.note = "c".to_owned();

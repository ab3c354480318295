fn reads(it: types::Extra) -> Option<String> { it.a }

import { LocalFanOut } from "../../../mixins/fan-out/local.ts";
import { fanOutContract } from "../../contracts/fan-out.contract.ts";

fanOutContract("in one process", (use) => use(new LocalFanOut()));
